# ruff: noqa: E501  (tables of words)
"""The words that turn a fact: modality, scope, negation, comparison, condition, cause. Patterns over folded text (ё=е), Russian
and English together. Knows no texts."""

from __future__ import annotations

import re

W, E = r"(?<![\w-])(?:", r")(?![\w])"

MODALITY: dict[str, str] = {
    "noneed": r"не (?:обязательн\w+|обязан\w*|нужно|надо|требуется|требует|должн\w+|необходимо|понадобится)|необязательн\w+|ни к чему|"
    r"needn't|need not|(?:do|does|did)(?:n't| not) (?:have|need) to|don't even need|no need|not (?:required|necessary|obliged)|not have to|"
    r"optional|unnecessary|without (?:needing|having)",
    "shouldnot": r"не (?:рекоменду\w+|совету\w+|желательн\w+|стоит(?= [а-я]+ть))|нежелательн\w+|not (?:recommended|advis\w+)|ill-advised|discouraged|inadvisable",
    "forbid": r"нельзя|запре\w+|не (?:может|могут|можешь|можете|смеет|смеют|смей|смейте|позвол\w+|разреша\w+|допуска\w+|положено|дозвол\w+|пуска\w+|"
    r"следует|вправе|можно)|недопустим\w+|воспреща\w+|ни-ни|табу|под запретом|заказано|возбраня\w+|"
    r"must(?:n't| not)|may not|can(?:not|'t| not|nae|na)|could(?:n't|nae| not)|shall not|shan't|forbid\w*|prohibit\w*|not (?:allowed|permitted)|"
    r"ban(?:s|ned)?|should(?:n't| not|nae)|mustnae|disallow\w*|barred|off[- ]limits|verboten|outlaw\w*|ought not",
    "should": r"следует|рекоменд\w+|совету\w+|желательн\w+|лучше бы|стоит(?= [а-я]+ть)|не помешает|неплохо бы|хорошо бы|предпочтительн\w+|"
    r"should|ought|recommend\w*|advis\w+|preferabl\w+|better|suggest\w*|nice to|good idea",
    "must": r"долж[еа]н|должн[аоы]|обязан[аоы]?|обязательн\w+|необходим\w*|нужн[оаы]|нужен|надо|надобно|надлежит|требу\w+|приходится|придется|положено|"
    r"велено|следует обязательно|непременно|извольте|изволь|изволит|must|has to|have to|had to|hath to|having to|need(?:s|ed)?(?! not)|required?|requires|"
    r"obliged|obligat\w+|mandatory|compulsory|essential|necessary|got to|gotta|shall|maun|be sure to|make sure|insist\w*",
    "may": r"мо(?:жет|гут|жешь|жете|жем|г|гла|гли|гло)|можно|разреша\w+|разрешен\w*|позволя\w+|позволен\w*|позволительно|допуска\w+|допустим\w+|дозвол\w+|"
    r"вправе|способ(?:ен|на|но|ны)|волен|вольны|имеет право|may|can|could|might|allow\w*|permit\w*|able to|capable|free to|welcome to|lets?|"
    r"at liberty|entitled|eligible|potential\w*|possibl[ye]",
    "perhaps": r"возможно|(?:считают|полагают|думают),? что|вероятно|пожалуй|по-видимому|видимо|предположительно|наверно\w*|якобы|кажется|предполага\w+|считается|"
    r"perhaps|maybe|probabl[ye]|possibly|likely|apparently|presumably|allegedly|reportedly|supposedly|seems?|thought to|believed|suspect\w*|mebbe|perchance|peradventure",
    "optional": r"по желанию|если (?:захо\w+|хо\w+|хоч\w+|пожела\w+|угодно|вздума\w+)|захоч\w+|как (?:хо\w+|вздума\w+|угодно|пожелае\w+)|по возможности|на ваше усмотрение|"
    r"на твое усмотрение|по настроению|сколько влезет|if (?:you|ye|he|she|they|it)(?:'d| would)? (?:like|wish|want|please|fanc\w+|feel like|care to)s?|if (?:the notion|you've a mind|ye've a mind)|"
    r"as you (?:like|please|wish)|at (?:your|their|his|her) (?:leisure|discretion|pleasure)|when(?:ever)? the mood|up to you|feel free",
    "certain": r"точно|доказан\w*|неопровержим\w+|бесспорно|заведомо|ровно|наверняка|гарантир\w+|неизбежно|неминуемо|безусловно|несомненно|обязательно|непременно|всегда|каждый раз|всякий раз|автоматически|стопроцентн\w+|сто процентов|"
    r"exactly|precisely|proven|beyond doubt|case closed|certainly|definitely|always|inevitabl[ye]|guarante\w+|invariably|every time|each time|without fail|automatically|undoubtedly|sure thing|for sure|bound to|as a matter of course",
}
QUANTITY: dict[str, str] = {
    "anyway": r"независимо|не ?важно|при любых|в любом случае|когда угодно|что угодно|хоть когда|безо всяк\w+|без всяк\w+|whatever|regardless|no matter|in any case|don't (?:even )?need|"
    r"without needing|whenever|any time|at any hour",
    "notall": r"не (?:все|всех|всем|всегда|кажд\w+|любой|любого)|not (?:all|every|always|everyone)|nae a'",
    "none": r"ни (?:один|одного|одной|одному|одним|одна|одно|одни|в (?:одном|одной|каком|каких|чем)|на (?:одном|одной|каком)|у (?:одного|одной|кого)|с (?:одним|одной|кем)|за что|разу|при каких)|никт[оa]|никого|"
    r"никому|никем|никогда|никак\w*|нигде|ничего|ничто|ничем|none|nobody|no one|never|nowhere|nothing|neither|not (?:one|a single|any|ever)|no (?:\w+ )?(?:man|soul|child|day|days)|ne'er|nary|not even one|zero",
    "only": r"только|лишь|токмо|исключительно|единственн\w+|одн(?:у|а|и|ого|ому|ой) лишь|один лишь|одному лишь|одно лишь|лишь один|всего|один-единственн\w+|не более чем|и все|кроме|окромя|"
    r"никто кроме|больше ни\w*|боле ни|более ни\w*|иного ничего|остальн\w+|прочи\w+|иначе|баста|basta|"
    r"only|sole(?:ly)?|just|merely|nothing but|nobody but|no one but|none but|but (?:the )?(?:one|yin)|exclusiv\w+|alone|and no(?:thing| other|body)|no other|nae other|unless|without|except|nothing else|single|purely|other than|simply|ONLY",
    "most": r"больш(?:инств\w+|ая часть|ую часть|ей част\w+|ей мере)|(?:бол|бóл)ьшей частью|почти все|в основном|преимущественно|главным образом|львин\w+ дол\w+|чаще всего|обычно|как правило|по большей|типичн\w+|в массе|"
    r"(?<!the )(?<!'s )(?<!its )(?<!his )(?<!her )(?<!their )most|mostly|majority|mainly|chiefly|largely|primarily|typically|usually|generally|for the most part|as a rule|mostly|greater part|bulk|most part|normally|maist|usual|overwhelmingly|almost all|nearly all|mostest|tend\w*",
    "many": r"мног(?:ие|их|им|ими|о)|множеств\w+|масс[аыу]|часто|нередко|зачастую|куча|уйма|many|often|frequent\w*|numerous|plenty|lots|oft|widely|multiple|oftentimes|commonly",
    "few": r"немног\w+|редк[ои]\w*|изредка|мало кто|few|rare(?:ly)?|seldom|hardly|scarce(?:ly)?|barely|едва",
    "some": r"некотор\w+|ины(?:е|х|м|ми)|част(?:ь|и|ью|ично)|отчасти|кое-(?:кто|где|как\w+|что)|иногда|порой|порою|временами|иной раз|иной|подчас|случается|бывает|местами|местным|нескольк\w+|пар(?:а|у|ы|ой)|"
    r"some(?:times|one|what|(?! (?:\d|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|two|three|four|five|six|seven|eight|ten|twelve|fifteen|a hundred|hundred)))|several|occasional\w*|partly|partial\w*|part of|at times|a few|certain|now and then|once in a while|here and there|from time to time|a handful|a couple|the odd",
    "all": r"вс(?:е|ех|ем|еми|ю|я|ей|его|ему|як\w+|юду)|весь|кажд\w+|любо(?:й|го|му|м|е)|люб(?:ая|ую|ые|ых|ыми)|целиком|полностью|поголовно|всегда|постоянно|везде|повсюду|без исключени\w+|сплошь|до единого|ежедневно|"
    r"(?<!of )(?<!after )(?<!at )(?<!for )all|every(?:one|body|thing|where)?|each|any(?:one|body|thing|where)?|always|whole|entire(?:ly)?|without exception|constant\w*|complete(?:ly)?|both|universal\w*|a'|throughout|everyday|ever|full(?:y)?",
}
NEGATION = re.compile(
    W
    + r"не|ни|нет|нету|без|никто|никого|никому|никогда|никак\w*|нигде|ничего|нельзя|запре\w+|отсутств\w+|недопустим\w+|отказ\w*|лишен\w*|отнюдь|ноль|нулев\w+|бесплатн\w+|"
    r"даром|задаром|задарма|исключ\w+|кроме|мимо|прочь|против|вместо|избега\w+|заказан\w*|воспрещ\w+|возбран\w+|забы\w+|пропущ\w+|мертв\w*|недействит\w+|непубличн\w+|стоп|хватит|отбой|дудки|фиг\w*|шиш|отмен\w+|конец|"
    r"прекра\w+|оста(?:ет|ют|нет|нут|л)\w*|уцеле\w+|живы?|потеря\w+|утрат\w+|минуя|напрочь|нуль|нема|ни-ни|"
    r"declin\w+|missing|unset|lacking|phon(?:e)?y|out of the question|on no account|under no circumstances|hands off|paws off|лапы прочь|лапой|nix|negative|away|rather|naebody|nane|nor yet|not|no|n't|never|none|nobody|nothing|nor|neither|cannot|can't|without|nae|nary|ne'er|naught|nought|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|won't|wouldn't|"
    r"couldn't|shouldn't|hasn't|haven't|hadn't|mustn't|ain't|cannae|didnae|doesnae|wasnae|isnae|dinna|dinnae|winna|arenae|werenae|hasnae|mustnae|shouldnae|needn't|forbid\w*|forbad\w*|prohibit\w*|"
    r"ban(?:s|ned)?|lack\w*|fail\w*|refus\w+|free|zero|nowt|except|save|barred|unless|off|stop\w*|lest|hardly|scarcely|exempt\w*|exclud\w*|gone|away|lost|nay|nope|aff|remain\w*|stay\w*|kept|keeps?|surviv\w*|spared?|"
    r"(?:не|без|бес)[а-я]{4,}(?:н\w+|м\w+|т\w+)|un[a-z]{5,}(?:ed|able|ly)" + E
)
NEGATOR = re.compile(
    W + r"не|ни|нет|без|никто|никого|никому|никогда|никак\w*|нигде|ничего|нельзя|запрещ\w+|"
    r"not|no|never|none|nobody|nothing|nor|neither|cannot|without|isn't|aren't|wasn't|weren't|don't|doesn't|didn't|won't|wouldn't|"
    r"couldn't|shouldn't|hasn't|haven't|hadn't|mustn't|can't" + E
)

# Axes: the two poles; parity of negation and the arguments' order decide. The kind is what a flip is called.
AXES: tuple[tuple[str, str, str, str], ...] = (
    (
        "more",
        "comparison_flipped",
        r"больш(?:е|ий|ая|ее|ие|его|ую|их)|боле[ея]|свыше|выше|превыша\w+|превыси\w+|длинне\w+|дольше|старше|старее|тяжелее|шире|глубже|крупнее|дороже|сильнее|вырос\w*|раст(?:ет|ут|и)|увелич\w+|повы[шс]\w+|возраст\w+|прибав\w+|чаще|больший|"
        r"more|greater|higher|longer|older|larger|bigger|heavier|exceed\w*|above|over|rise\w*|rose|risen|increas\w+|grow\w*|grew|up|gain\w*|warmer|hotter|wider|deeper|taller|stronger|richer|beyond|upward\w*|widen\w*|climb\w*|mair|aboon",
        r"меньш(?:е|ий|ая|ее|ие|его|ую|их)|мене[ея]|ниже|короче|младше|моложе|новее|легче|уже(?= чем)|мельче|дешевле|слабее|упал\w*|пада(?:ет|ют)|уменьш\w+|пони[жз]\w+|сниж\w+|сниз\w+|сокра\w+|убав\w+|реже|"
        r"less|lower|shorter|younger|smaller|lighter|fewer|below|under|fall(?:s|en)?|fell|decreas\w+|drop\w*|reduc\w+|down|lose\w*|colder|cooler|narrower|shallower|weaker|shrink\w*|shrank|diminish\w*|lessen\w*|dwindl\w*|beneath",
    ),
    (
        "after",
        "comparison_flipped",
        r"после|позже|позднее|спустя|вслед|after|later|following",
        r"(?<!не )до(?= (?:удален|внедр|начал|того|обновл|запуск|открыт|сборк|установ|войн|реш|приход|выход|заверш|оконч)\w*|(?: \w*(?:ния|тия|ции|езда|лета|хода|пуска|чала|конца|смерти|войны)(?!\w)))|прежде,? чем|раньше|перед(?! (?:вами|нами|тобой|глазами|мной|собой))|накануне|before|earlier|prior|ere|afore|preced\w+|ahead",
    ),
    (
        "speed",
        "comparison_flipped",
        r"быстр\w+|скорее|шустр\w+|стремительн\w+|faster|quick\w*|swift\w*|rapid\w*|fast",
        r"медленн\w+|неспешн\w+|slow\w*",
    ),
    (
        "first",
        "comparison_flipped",
        r"перв(?:ый|ая|ое|ые|ого|ой|ым|ом|ому|ую|ых|ыми)|впервые|first|earliest|initial\w*|premier",
        r"последн\w+|замыкающ\w+|last|latest|final\w*",
    ),
    (
        "best",
        "comparison_flipped",
        r"лучш\w+|наилучш\w+|best|finest|better",
        r"худш\w+|наихудш\w+|worst|worse|poorest",
    ),
    (
        "largest",
        "comparison_flipped",
        r"крупнейш\w+|наибольш\w+|самы[йхе]\w* (?:больш\w+|крупн\w+|высок\w+|длинн\w+|стар\w+|быстр\w+)|величайш\w+|старейш\w+|высочайш\w+|largest|biggest|greatest|highest|longest|oldest|busiest|tallest|fastest|most (?:busy|popular|common|famous)|richest|widest|heaviest|strongest",
        r"мельчайш\w+|наименьш\w+|самы[йхе]\w* (?:мал\w+|маленьк\w+|низк\w+|коротк\w+|молод\w+|медленн\w+|тих\w+)|smallest|lowest|shortest|youngest|slowest|quietest|least (?:busy|popular|common|famous)|fewest|poorest|narrowest|lightest|weakest|tiniest",
    ),
    (
        "allow",
        "negation_flip",
        r"разреш\w+|позвол\w+|дозвол\w+|можно|допуска\w+|допустим\w+|пуска(?:ет|ют)|законн\w+|вправе|allow\w*|permit\w*|legal\w*|lawful|welcome|let|lets|entitled",
        r"запре\w+|нельзя|воспре\w+|недопустим\w+|незаконн\w+|возбран\w+|табу|forbid\w*|forbad\w*|prohibit\w*|ban(?:s|ned)?|illegal\w*|unlawful|barred|cannot|disallow\w*",
    ),
    (
        "enable",
        "negation_flip",
        r"включ(?:а|е|и)\w+|актив(?!н)\w+|активн\w*|врубa?\w+|вруба\w+|запуска\w+|запущен\w*|enabl\w+|activ\w+|switch\w* on|turn\w* on|running",
        r"выключ\w+|отключ\w+|деактив\w+|неактив\w+|выруб\w+|глуш\w+|приглуш\w+|отбой|останов\w+|disabl\w+|deactiv\w+|inactive|switch\w* off|turn\w* off|shut\w*",
    ),
    (
        "open",
        "negation_flip",
        r"откры\w+|отверз\w+|отпер\w*|open(?!-)\w*|unlocked",
        r"закры\w+|заперт\w*|запер\w*|clos(?:e|es|ed|ing)|shut|locked",
    ),
    (
        "public",
        "negation_flip",
        r"публичн\w+|открыт\w+|общедоступн\w+|public(?:ly)?",
        r"приватн\w+|непубличн\w+|закрыт\w+|private(?:ly)?",
    ),
    (
        "keep",
        "negation_flip",
        r"сохран\w+|оста(?:ет|ют|вл|л)\w*|уцеле\w+|keep\w*|kept|remain\w*|surviv\w+|preserv\w+|retain\w*|stay\w*",
        r"удал\w+|стира\w+|стер\w*|уничтож\w+|пропада\w+|исчеза\w+|delet\w+|remov\w+|eras\w+|destroy\w*|wiped?|vanish\w*|perish\w*|lost",
    ),
    (
        "accept",
        "negation_flip",
        r"приня\w+|принима\w+|соглас\w+|одобр\w+|accept\w*|agree\w*|approv\w*|upheld|uphold\w*",
        r"отверг\w+|отклон\w+|отказ\w+|reject\w*|refus\w*|declin\w*|overturn\w*|denied|deny|struck down",
    ),
    (
        "success",
        "negation_flip",
        r"успе(?:шн|х)\w*|удал(?:ось|ся|ась)|победи\w+|выигра\w+|success\w*|succeed\w*|won|win|wins|victor\w*",
        r"неудач\w+|провал\w+|проигра\w+|поражен\w+|fail(?:ed|s|ure)?|lost|lose|loses|defeat\w*|unsuccess\w*",
    ),
    (
        "require",
        "negation_flip",
        r"подтвержд\w+|confirm\w*|proven?|known",
        r"опроверг\w+|неизвестн\w+|refut\w*|disprov\w*|unknown",
    ),
    (
        "include",
        "negation_flip",
        r"включая|в том числе|вместе с|плюс|includ\w+|plus|along with|as well as|together with",
        r"за исключени\w+|кроме|исключая|без учета|exclud\w+|except\w*|apart from|other than|minus",
    ),
    (
        "fresh",
        "negation_flip",
        r"заново|вновь|наново|пересозда\w+|сызнова|anew|afresh|recreat\w*|from scratch",
        r"(?<!не )повторно использ\w+|переиспольз\w+|reus\w+",
    ),
    (
        "with",
        "negation_flip",
        r"платн\w+|стоит|за деньги|paid|charged",
        r"бесплатн\w+|даром|задарма|free|gratis|no charge",
    ),
    (
        "compulsory",
        "modality",
        r"обязательн\w+|mandatory|compulsory|obligatory",
        r"необязательн\w+|добровольн\w+|optional|voluntar\w+",
    ),
    (
        "automatic",
        "entity_swap",
        r"автоматич\w+|сам(?:а|о|и)? собой|automatic\w*|of its own accord|by itself",
        r"вручную|руками|ручн\w+|manual\w*|by hand",
    ),
    ("temporary", "entity_swap", r"временн\w+|temporar\w+", r"постоянн\w+|навсегда|permanent\w*|forever"),
    ("east", "entity_swap", r"восто[чк]\w*|east\w*", r"запад\w*|west\w*"),
    ("north", "entity_swap", r"север\w*|north\w*", r"южн\w+|юг\w*|south\w*"),
    (
        "left",
        "entity_swap",
        r"слева|лев(?:ый|ая|ое|ую|ой|ого)|left",
        r"справа|прав(?:ый|ая|ое|ую|ой|ого)(?! част)|right(?:-hand)?",
    ),
    ("top", "entity_swap", r"верх\w+|upper|top", r"нижн\w+|внизу|снизу|lower|bottom"),
    (
        "inner",
        "entity_swap",
        r"внутр\w+|inside|internal\w*|inner|indoor\w*|within",
        r"снаружи|внешн\w+|вне|outside|external\w*|outer|outdoor\w*",
    ),
    (
        "push",
        "entity_swap",
        r"push\w*|пуш\w*|upload\w*|загруж\w+|отправ\w+|send\w*|sent|экспорт\w*|export\w*",
        r"pull\w*|пулл\w*|download\w*|скачи\w+|скача\w+|получ(?:ает|ают)|receiv\w+|импорт\w*|import\w*",
    ),
    (
        "common",
        "entity_swap",
        r"общ(?:ий|ая|ее|ие|его|ей|ую|им)|един(?:ый|ая|ое|а|о)|shared|common",
        r"индивидуальн\w+|отдельн\w+|своя|свой|individual\w*|separate\w*|own",
    ),
    (
        "direct",
        "entity_swap",
        r"прям(?:ой|ая|ое|ые|ого|ую)|direct",
        r"обратн\w+|косвенн\w+|indirect|reverse\w*",
    ),
)

# Words that exclude one another: a draft word replaced by another of its set is another fact.
CONTRASTS: tuple[str, ...] = (
    "красный синий зеленый желтый белый черный серый оранжевый фиолетовый коричневый розовый голубой алый",
    "red blue green yellow white black grey orange purple brown pink golden silver",
    "понедельник вторник среда четверг пятница суббота воскресенье", "monday tuesday wednesday thursday friday saturday sunday",
    "весна лето осень зима", "spring summer autumn winter", "утро день вечер ночь", "morning afternoon evening night",
    "весенний летний осенний зимний", "утренний дневной вечерний ночной", "daily weekly monthly yearly annual hourly nightly quarterly",
    "ежедневный еженедельный ежемесячный ежегодный ежечасный ежеквартальный", "ежедневно еженедельно ежемесячно ежегодно ежечасно ежеквартально",
    "вода огонь воздух земля пар лед масло", "water fire air steam ice oil wind",
    "кислород водород азот углерод гелий озон", "oxygen hydrogen nitrogen carbon helium ozone",
    "железо медь золото серебро олово свинец алюминий сталь чугун", "iron copper gold silver tin lead aluminium steel brass",
    "дерево камень бетон кирпич стекло пластик бронза мрамор гранит", "wood stone concrete brick glass plastic bronze marble granite",
    "брат сестра отец мать сын дочь дядя тетя муж жена дед бабушка внук внучка", "brother sister father mother son daughter uncle aunt husband wife grandfather grandmother",
    "хлопок шерсть шелк лен", "cotton wool silk linen", "молоко вода сок чай кофе вино пиво", "milk juice tea coffee wine beer",
    "мясо рыба птица курица говядина свинина баранина", "meat fish chicken beef pork lamb poultry",
    "рука нога голова спина живот шея", "король королева принц принцесса император царь герцог граф", "king queen prince princess emperor duke earl count",
    "театр музей библиотека школа университет больница церковь рынок вокзал", "theatre museum library school university hospital church market station",
    "мост тоннель дорога улица площадь", "bridge tunnel road street square", "море океан озеро река залив", "sea ocean lake river bay",
    "север юг восток запад", "солнце луна земля марс венера юпитер сатурн меркурий", "sun moon earth mars venus jupiter saturn mercury",
    "процессор память диск сеть", "cpu memory disk network", "чтение запись", "read write", "сервер клиент", "server client", "вход выход", "input output",
    "логин пароль токен ключ", "login password token key", "сборка развертывание очистка публикация тестирование", "build deploy cleanup publish test",
    "ветка тег коммит", "branch tag commit", "создание удаление обновление", "химия физика математика биология история география", "chemistry physics mathematics biology history geography",
    "взрослый ребенок подросток пенсионер", "adult child teenager senior", "учитель ученик директор родитель", "teacher pupil principal parent", "врач пациент медсестра", "doctor patient nurse",
    "продавец покупатель", "seller buyer", "кредитор заемщик", "lender borrower", "арендатор арендодатель", "tenant landlord", "католик протестант православный мусульманин иудей", "catholic protestant orthodox muslim jew",
    "автобус трамвай поезд троллейбус метро самолет", "bus tram train plane ferry ship", "кошка собака лошадь корова", "cat dog horse cow",
    "металл дерево пластик", "круг квадрат треугольник", "минимум максимум", "первичный вторичный", "primary secondary", "input output", "сырой готовый вареный", "raw cooked",
)  # fmt: skip

BOUNDS: dict[str, str] = {
    "ge": r"не (?:менее|меньше|ниже|короче|раньше|ранее|моложе|младше|реже|ближе)(?: чем)?(?: (?:через|за))?|минимум|как минимум|самое (?:меньшее|малое|раннее)|по (?:меньшей|крайней) мере|хотя бы|начиная с|от(?= \S+ и (?:выше|больше|более))|и (?:больше|более|выше|старше)|(?:али|или|аль) (?:больше|боле[ей]?|выше|дольше)|ни \w+ (?:меньше|ранее|раньше)|а то и (?:больше|дольше)|"
    r"at least|at the (?:very )?(?:least|earliest|soonest)|no (?:less|fewer|earlier|sooner)(?: than)?|no' less|minimum|a minimum of|not (?:less|fewer|earlier|before|sooner)(?: than)?|or (?:more|over|above|longer|older|later)|and (?:up|above|more)|upwards of|nae less|(?:not|no) (?:a|one) \w+ (?:less|fewer)|no fewer|nae fewer|nae sooner",
    "le": r"не (?:более|больше|выше|длиннее|дольше|позже|позднее|старше|чаще|свыше|превыша\w+|тяжелее)(?: чем)?(?: (?:через|за))?|максимум|до(?= \S)(?!(?: \w*(?:ния|тия|ции|езда|лета|хода|пуска|чала|конца|смерти|войны)(?!\w)))|самое (?:большее|позднее)|включительно|в пределах|в течение|от силы|предел|потолок|и ни \w+ (?:больше|дольше|более)|ни \w+ (?:больше|дольше|позже)|и баста|"
    r"at most|at the (?:very )?(?:most|latest)|no (?:more|later|longer|higher|greater|further)(?: than)?|not (?:more|later|exceed\w*|over|above|longer|higher)(?: than)?|up to|maximum|a maximum of|within|or (?:less|fewer|under|below|earlier)|tops|max|nae mair|nae later|inside|not a \w+ more",
    "gt": r"(?<!не )(?<!самое )(?:более|больше|свыше|выше|дольше|старше|длиннее|позже|позднее|сверх|превыша\w+|превыси\w+|превысит|перевал\w+|за(?= [а-я]*(?:сто|ста|десят)\w*))(?: чем)?|с лишним|с гаком|с хвостиком|"
    r"(?<!no )(?<!not )(?:more than|over|above|exceed\w*|beyond|greater than|longer than|higher than|older than|later than|upwards of|in excess of|north of|past|excess|past its)|plus change|and change|odd",
    "lt": r"(?<!не )(?:менее|меньше|ниже|короче(?!,)|раньше|ранее|младше|моложе|почти|без малого|не достиг\w+|не исполн\w+|не стукн\w+|не набр\w+|недо\w+|едва не)(?: чем)?|"
    r"(?<!no )(?<!not )(?:less than|fewer than|under|below|almost|nearly|shorter than|lower than|younger than|just shy of|short of|haven't (?:hit|reached|turned)|not yet)",
    "about": r"около|примерно|приблизительно|порядка|где-то|приблиз\w+|ориентировочно|с небольшим|плюс-минус|эдак|этак|почитай|штук|около того|или около|(?<=\d )с лишним|округленно|близко|примерн\w+|в районе|"
    r"about|around|approximately|roughly|circa|some|nearly|almost|or so|give or take|gie or tak|thereabouts?|'round|'bout|ish|near enough|more or less|approx|close to|somewhere|in the neighbou?rhood",
    "exact": r"ровно|точно|тютелька|именно|как раз|exactly|precisely|on the dot|on the nose|sharp|dead|bang on",
}

CONDITION = re.compile(
    W
    + r"только если|только когда|только при|только после|только для|только в|только через|если только|если не|если|ежели|коли|коль|при условии|в случае|кроме|за исключением|исключая|пока не|пока|при(?= [а-я`])|без(?= [а-я])|"
    r"после(?= [а-я])|до(?= [а-я])|внутри|в рамках|в пределах|в течение|или ранее|или раньше|или позже|начиная с|вплоть до|для(?= [а-я])|согласно|по мнению|по данным|по версии|в режиме|во время|когда|перед|хотя|несмотря на|"
    r"only if|only when|only after|only for|only with|only in|only on|unless|except(?: for| on| in| when| during| that)?|if|provided(?: that)?|as long as|so long as|until|till|when|whenever|where|while|without|although|though|even if|in case|"
    r"during|within|according to|in (?:theory|practice|principle)|before|after|but only|not counting|excluding|apart from|other than|subject to|with|for(?= (?:holders|members|adults|children|students|those|people|residents))|made for|under"
    + E
)
CAUSE: tuple[tuple[str, str], ...] = (
    # the effect stands before the connector, the cause after it
    (
        "back",
        r"потому,? что|поскольку|так как|оттого,? что|из-за(?: того,? что)?|благодаря|вследствие|в силу|ибо|ведь|по причине|раз уж|следстви\w+ (?:того|из)|вызван\w*|обусловлен\w*|порожд[её]н\w*|возник\w* из-за|зависит от|"
        r"because(?: of)?|since|due to|owing to|as a result of|thanks to|'cause|cause(?! (?:the|of))|caused by|for(?= (?:the|they|it|he|she|sweat)\b)|on account of|given that|resulting from|stems? from|driven by|seeing as|brought about by|as(?= (?:the|its|it|they|his|her)\b)",
    ),
    # the cause stands before the connector, the effect after it
    (
        "forth",
        r"поэтому|посему|потому(?!,? что)|потому-то|вот и|оттого(?!,? что)|от (?:этого|того|сего)(?!,? что)|из сего|по сей причине|следовательно|в результате|из-за (?:чего|этого)|отсюда|значит|тем самым|так что|вследствие (?:чего|этого|сей|этой)|по (?:этой|сей|той) причине|"
        r"вызыва\w+|вызвал\w*|приво(?:д(?!ом|у|е|ы|а|ов|ам|ах)\w+|жу)|приве(?:л\w*|де[тшм]\w*|ду\w*|сти|дш\w+)|порожда\w+|породил\w*|заставл\w+|обернут\w+|обернул\w+|обернет\w+|влеч[её]?т|влекут|повлек\w*|ведет к|дает|обусловил\w*|"
        r"therefore|for (?:this|that|which) reason|(?:that|which) is the (?:very |only |whole )?reason|since that is so|that being so|by (?:that|this|its|their)(?= \w+(?:ing|all|ure|ion|ss)?\b)|thus|hence|consequently|as a result(?! of)|so(?= (?:the|they|it|he|she|its|his|their|that|a|an|we|you)\b)|caus(?:e|es|ed|ing)(?! by)|leads? to|led to|results? in|resulted in|brings? about|brought about(?! by)|makes?|made|trigger\w*|produc\w+|which is why|that's why|that is why|wherefore|reducing|wherein|forc\w+",
    ),
)


def compiled(table: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(W + pattern + E) for name, pattern in table.items()}


MODALITY_RE = compiled(MODALITY)
QUANTITY_RE = compiled(QUANTITY)
BOUND_SIGNS = {"ge": ">=|≥", "le": "<=|≤", "gt": "(?<![-=<>])>", "lt": "(?<![-=<>])<"}
BOUNDS_RE = {
    name: re.compile(rf"{words.pattern}|(?:{BOUND_SIGNS[name]})(?=\s?[-−+]?\d)") if name in BOUND_SIGNS else words
    for name, words in compiled(BOUNDS).items()
}
AXES_RE = tuple((name, kind, re.compile(W + plus + E), re.compile(W + minus + E)) for name, kind, plus, minus in AXES)
CAUSE_RE = tuple((name, re.compile(W + pattern + E)) for name, pattern in CAUSE)
CONTRAST_OF: dict[str, list[int]] = {}
for _index, _row in enumerate(CONTRASTS):
    for _word in _row.split():
        CONTRAST_OF.setdefault(_word, []).append(_index)
