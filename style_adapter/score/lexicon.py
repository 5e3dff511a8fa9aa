"""Word lists of manner, Russian and English: greetings, service clichés, officialese, slang, courtesy. No
persona's words."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """A set of words from a text of words."""
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    """A comma-separated list, line breaks as blanks."""
    return tuple(" ".join(part.split()) for part in text.split(",") if part.strip())


GREETINGS = _phrases("""
    здравствуйте, здравствуй, здрасьте, здрасте, здравия желаю, привет, приветик, приветствую, приветствуем,
    всем привет, салют, хай, хэй, хей, хеллоу, йо, йоу, ку, дарова, даров, здорово, здоров, доброе утро,
    добрый день, добрый вечер, доброй ночи, доброго дня, доброго утра, доброго вечера, доброго времени
    суток, моё почтение, шалом, алоха, хола, hello, hi, hi there, hello there, hey, hey there, hiya, howdy,
    yo, sup, what's up, greetings, good morning, good afternoon, good evening, good day, g'day, salutations,
    ahoy, aloha, welcome
""")

# A text that says what it runs on has left the character, whatever the character is.
IDENTITY = (
    r"как (?:ии|искусственный интеллект|языковая модель|нейросеть|чат-?бот|виртуальный (?:помощник|"
    r"ассистент))(?![\w-])",
    r"я\s*[—–-]?\s*(?:всего лишь |просто |лишь |же |не человек,? а )*(?:ии|искусственный интеллект|"
    r"(?:большая )?языковая модель|нейросеть|(?:чат-?)?бот|виртуальный (?:помощник|ассистент)|"
    r"ассистент|программа)(?![\w-])",
    r"(?:моя база знаний|мои обучающие данные|дата отсечения|меня обучил\w+|"
    r"у меня нет (?:личного )?(?:мнения|чувств|эмоций))",
    r"as an? (?:ai|artificial intelligence|(?:large )?language model|chat ?bot|virtual assistant|"
    r"assistant)\b",
    r"\bi(?:'m| am) (?:just |only |merely )?(?:an? )?(?:ai\b|artificial|(?:large )?language model|"
    r"chat ?bot|virtual assistant|assistant\b)",
    r"\b(?:my training data|knowledge cut-?off|i (?:do not|don't) have (?:personal )?(?:opinions|"
    r"feelings|emotions))\b",
)

CLICHES = (
    r"надеюсь,? (?:что )?(?:это|я|мой ответ|информация)\s+(?:\w+\s+){0,2}(?:помо\w+|полез\w+|пригодит\w+)",
    r"(?:чем|как) (?:я |ещё )*(?:могу|можем) (?:я |вам |тебе |ещё )*(?:быть полез\w+|помочь)",
    r"рад[аы]? (?:был[аи]? )?(?:вам |тебе )?(?:помочь|помогать|быть полез\w+)",
    r"всегда (?:рад\w*|готов\w*) (?:помочь|ответить)",
    r"(?:не стесняйтесь|не стесняйся) (?:обращаться|спрашивать|задавать)",
    r"если у (?:вас|тебя) (?:есть|возникнут|остались|появятся) (?:\w+ )?вопросы",
    r"(?:спасибо|благодар\w+) за (?:ваш |твой |обращение|интерес|вопрос)",
    r"(?:отличный|хороший|интересный|прекрасный|замечательный) вопрос",
    r"(?:дайте|дай) (?:мне )?знать,? если",
    r"как говорится в (?:документации|документах)",
    r"согласно предоставленн\w+ (?:информации|документ\w+|контекст\w+)",
    r"в предоставленн\w+ (?:контекст\w+|фрагмент\w+|текст\w+|документ\w+)",
    r"пожалуйста,? (?:уточните|предоставьте)",
    r"вот (?:краткий )?(?:ответ|перефразированный текст)(?: на ваш вопрос)?\s*:",
    r"\bi hope (?:this|that) (?:helps|was helpful|answers)",
    r"\b(?:happy|glad|pleased) to (?:help|assist)\b",
    r"\bfeel free to\b",
    r"\blet me know if\b",
    r"\b(?:great|excellent|good|interesting) question\b",
    r"\bthank you for (?:your|the|asking)(?: question| interest)?\b",
    r"\bhow (?:can|may) i (?:help|assist)\b",
    r"\bis there anything else\b",
    r"\bdon'?t hesitate to\b",
    r"\b(?:based on|according to) the (?:provided|given) (?:context|documents?|information|text)\b",
    r"^(?:certainly|sure|of course|absolutely)[!,.]? (?:here|i)\b",
)

OFFICIALESE_RU = _phrases("""
    вышеуказанный, нижеуказанный, вышеизложенный, нижеследующий, надлежащий, соответствующий, являться,
    осуществлять, осуществляться, осуществление, посредством, надлежит, ввиду, касательно, в целях, в
    соответствии с, в связи с, во избежание, в рамках, в случае необходимости, согласно, в установленном
    порядке, в обязательном порядке, в настоящее время, на сегодняшний день, в адрес, довести до сведения,
    принять меры, обращаем внимание, следует отметить, необходимо отметить, стоит отметить, просьба,
    уважаемый, вашему вниманию, таким образом, представлять собой, имеет место, подлежит, уведомляем,
    информируем, сообщаем, благодарим, настоящим сообщаю
""")

# Singular only: «данные» are data.
OFFICIALESE_PATTERNS = (
    r"\bданн(?:ый|ого|ому|ым|ая|ой|ую|ое)\b",
    r"\bпутём (?=[а-яё]+(?:ния|тия)\b)",
)

OFFICIALESE_EN = _phrases("""
    furthermore, moreover, hereby, pursuant to, in accordance with, please note, it is important to note, in
    order to, with regard to, henceforth, aforementioned, utilize, commence, prior to, subsequent to, in the
    event that, it should be noted, shall be deemed, kindly be advised, dear customer, dear sir
""")

# Out of place in formal or neutral speech, whatever the subject.
SLANG_RU = _phrases("""
    жесть, кринж, кринжовый, зашквар, бумер, чувак, чел, братан, бро, фигня, фиг, нафиг, нифига, пофиг,
    офигеть, офигенный, хрень, короче, типа, прикинь, ща, щас, чё, чо, ваще, норм, окей, ок, клёво,
    прикольно, забей, юзать, заюзать, движуха, лажа, отстой, ништяк, капец, трындец, пипец, хайп, рофл, лол,
    имба, изи, кек, вайб, треш, жиза, душнила, бабло, ага, неа, йоу, йо, стрёмно, стрёмный, зашибись,
    фигово, хреново, втюхать, париться, заморачиваться, халява, хапнуть, сожрать, жрать, ляпнуть, тырить,
    блин
""")

SLANG_EN = _phrases("""
    brah, pardner, yessir, peeps, phat, thx, pls, newbie, wassup,
    gonna, wanna, gotta, kinda, sorta, lemme, gimme, dunno, ain't, y'all, yeah, yep, yup, nope, nah, dude,
    bro, lol, lmao, omg, wtf, btw, tbh, idk, imo, hey, yo, okay, ok, gnarly, legit, no worries, no biggie,
    my bad, freaking, betcha, ya, wow, whoa, oops, cuz, guys, awesome, crap, bummer
""")

# Said out loud rather than written, but proper in many a technical text: evidence of a colloquial voice, no
# fault elsewhere.
LOOSE_RU = _phrases("""
    круто, прикол, тупо, забить, тормозить, глючить, фиксить, залипнуть, тусовка, косяк, косячить, душно,
    бабки, тачка, шмотки, впаривать, бесить, халтура, геморрой, костыль, пилить, железка, оперативка,
    сунуть, впихнуть, ковырять, тыкать, тыкнуть, ткнуть, мудрить, баста, шарить, пахать, рулить, сопли,
    дичь, ёлки, ура, эх, ой, ух, ну-ну, шеф, старик, дружище, паря, красота, жмотиться, жадничать,
    дёргаться, нытьё, ныть, лень, скука, тоска, бумажка, бегать, совать, лезть, влететь, влипнуть,
    прилететь, вылететь, слететь, грохнуть, снести, прибить, тащить, возня, возиться, болтать, трепаться,
    созвон, ерунда, чушь, бред, мура, цирк, квест, танцы с бубном, песня, праздник
""")

LOOSE_EN = _phrases("""
    buddy, mate, folks, cool, stuff, damn, heck, chill, vibe, big deal, a ton of, tons of, sucks, screwed,
    messed up, nuke, hack, tweak, ditch, toss, grab, till, pal, reckon, baby, man, boss, champ, kid, crank,
    smash, kill
""")

PROFANE = (
    r"\b(?:бля|блять|блядь|сука|хуй\w*|хуе\w*|хуё\w*|пизд\w*|еба\w*|ебу\w*|ёб\w*|заеб\w*|говн\w*|"
    r"дерьм\w*|жоп\w*)\b",
    r"\b(?:fuck\w*|shit\w*|bitch\w*|bastard\w*|asshole\w*)\b",
)

CONTRACTION = (
    r"\b(?:[a-z]+n[’']t|(?:i|you|we|they|he|she|it|that|there|what|who|how|where|here|let)[’'](?:m|re|"
    r"ve|ll|d|s))\b"
    # ranchin', 'bout, ol': letters dropped as in speech
    r"|\b[a-z]{3,}in[’'](?![a-z])|(?<![a-z])[’'](?:bout|cause|cuz|em|til|tween|round|nother)\b|\bol[’'](?= )"
)

# Small words and turns by which a spoken tone is heard. Each is common to thousands of speakers.
SPOKEN_RU = _phrases("""
    ну, вот, же, ведь, ладно, давай, кстати, вообще, вообще-то, просто, прямо, аж, мол, дескать, хоть,
    пускай, пусть, разве, неужели, уж, небось, авось, увы, зато, то есть, значит, так что, куда, тут, там,
    сам, никак, нечего, незачем, толку, смысла, всё, как-нибудь, как-то, слушай, смотри, считай, скажем,
    пожалуй, похоже, видимо, наверное, конечно, разумеется, спокойно, легко, сразу, заодно, бедняга, зря,
    хватит, придётся, мимо, надо, нужен, нельзя, жаль, дело, штука, раз уж, это к, а то, да и, и всё, не то,
    лишь бы, ничего, никто, никого, никуда, нигде, какой-то, какая-то, кто-то, что-то, где-то, почему-то
""")

SPOKEN_EN = _phrases("""
    well, so, just, look, listen, anyway, honestly, basically, actually, pretty much, sort of, right, see,
    guess, bet, plain and simple, come on, fine, sure, easy, oh, let's, get, got, thing, things, bit, you
    know, by the way, good luck, trust me, nobody, nothing, whatever, or else, that's it
""")

COURTESY_RU = _phrases("""
    прошу, позвольте, разрешите, извольте, соблаговолите, любезно, любезный, сударь, сударыня, господин,
    госпожа, честь, почтение, благодарить, благодарю, признателен, сожаление, сожалеть, осмелюсь, полагать,
    смею, рекомендовать, уверять, будьте добры, будьте любезны, к вашим услугам, с удовольствием, извините,
    простите, пожалуйста
""")

COURTESY_EN = _phrases("""
    kindly, please, sir, madam, ma'am, pray, regret, allow me, permit me, if you please, if i may, may i, i
    should, i shall, i beg, i am afraid, i daresay, i dare say, i would, most welcome, at your service,
    indeed, i must, would you, do not hesitate, with pleasure, my compliments, i trust, i assure, rest
    assured, courtesy, obliged, grateful
""")

# Verbs of lived experience; spoken of oneself in the past they claim what no reader of documents has.
LIVED_RU = word_set("""
    настраивать настроить запускать запустить чинить починить ставить поставить разворачивать развернуть
    деплоить задеплоить катить раскатить устанавливать установить собирать собрать строить построить
    проверять проверить пробовать попробовать тестировать протестировать измерять измерить мерить
    ремонтировать отремонтировать менять поменять внедрять внедрить мигрировать администрировать
    переписывать переписать работать поработать служить отслужить лечить лечиться вылечить оперировать
    ездить съездить ехать лететь летать плавать ходить побывать бывать жить прожить видеть увидеть
    встречать встретить покупать купить продавать продать платить заплатить брать водить наступать
    обжечься обжигаться ловить поймать ронять уронить терять потерять сломать ломать варить готовить
    шить сшить красить покрасить участвовать присутствовать застать пережить испытать писать написать
""")

LIVED_EN = (
    r"(?:set up|ran|run|repaired|fixed|installed|deployed|configured|built|tested|tried|used|worked|"
    r"served|sailed|lived|travel+ed|visited|met|saw|seen|watched|owned|bought|sold|broke|lost|"
    r"operated|handled|managed|maintained|replaced|changed|cleaned|measured|witnessed|attended|"
    r"been (?:there|to|in|at|on|through)|done (?:it|this|that)|experienced|suffered|written|wrote|"
    r"cooked|flown|flew|driven|drove|overhauled|stood)"
)

LIVED_TURNS = (
    r"(?:по|из) (?:моему|моего|своему|своего|личному|личного) (?:\w+ )?опыт[уа]",
    r"в моей (?:\w+ )?практике",
    r"на моей (?:памяти|практике|прошлой работе)",
    r"помню,? как\b",
    r"когда я (?:ещё )?(?:работал|служил|жил|учился|был)\w*",
    r"у меня (?:в проде|на проде|на проекте|на работе|дома|в команде|была? (?:\w+ )?(?:клиент|коллег|"
    r"случа)\w*)",
    r"(?:мой|моя|мои|моего|моей|моих|моим|у моего|у моей|один мой|одна моя) (?:\w+ )?(?:клиент|коллег|"
    r"жен|муж|сын|доч|брат|сестр|друг|друз|начальник|босс|тимлид|команд|бабушк|дедушк|дед|тёщ|тещ|"
    r"сосед|приятел|знаком)\w*",
    r"(?:на|в) (?:моём|моем|моей) (?:\w+ )?(?:проект|работ|прод|кластер|компани|команд|контор)\w*",
    r"лично (?:я )?(?:проверял|видел|делал|настраивал|пробовал)\w*",
    r"\bin my (?:own )?(?:experience|career|time|day|youth|practice)\b",
    r"\bi (?:well |still )?remember (?:when|how|a|the|one)\b",
    r"\bwhen i (?:was|worked|served|sailed)\b",
    r"\bmy (?:\w+ )?(?:client|colleague|wife|husband|son|daughter|brother|sister|friend|crew|team|"
    r"captain|boss|shipmate|grandmother|grandfather|father|mother|neighbou?r)s?\b",
    r"\byears ago,? i\b",
    r"\bi once\b",
    r"\bi personally (?!recommend|would|think|prefer)\w+",
    r"\bback when i\b",
    r"\bfor (?:\w+ )?(?:years|decades) i (?:have )?\b",
)
