"""Words that ask, join or colour and say nothing of what is asked about, folded; Russian and English."""

from __future__ import annotations

RUSSIAN = """
а без более больше будет будут бы был была были было быть в вам вас вдруг ведь весь вместо во вообще вот все всегда
всего всем всех всю вы где да даже для до его ее если есть еще ж же за зачем здесь и из или им иметь имеет имеют
имеется ими иногда их к каждый как какая какие какими каким каких какое какой какую какого какому какова каков когда
кого кому кто куда ли либо лучше между меня мне много может могут можно мой моя мое мои мы на надо над нам нами нас
наш наша наше наши не него нее ней нельзя нем нет неужели ни нибудь ним них но ну нужен нужна нужно нужны о об однако
он она они оно от отчего перед по под после потом потому почему почти при про раз разве с сам сама сами само свое
своего своей свои свой своих свою себе себя сейчас сколько со совсем среди стало так такая такие такое такой также там
тебе тебя тем теперь то тогда того тоже только том тот ту тут ты у уж уже хоть хотя чего чей чем чему через что чтобы
чтоб чуть чья эта эти этим этих это этого этой этом этот эту я чё че чо чет чета шо щас тока типа ваще короче кстати
блин плиз пож пожалуйста подскажи подскажите скажи скажите расскажи расскажите объясни поясни хочу хотим хочется хотел
хотела хотелось могу можем можете сможем смогу надобно следует стоит делать сделать делает делают делается сделает
именно просто прям прямо вся понять узнать получается выходит значит случае случай пор итоге никак как-то что-то
какой-то какая-то какие-то что-нибудь какой-нибудь где-то когда-то кто-то поподробнее подробнее нужен должен должна
должно должны туда сюда оттуда отсюда самый самая самое самые мол дескать ага угу ок нам ведь вовсе либо т.е т.д т.п
наверное получить получится удастся давать дать дает дают дай дайте взять берется брать умеет уметь умеют бывает
бывают являться является
"""
ENGLISH = """
a about above after again all also am an and any anyone anything are as at be because been before being below between
both but by can cannot could did do does doing done during each either else ever every for from further get gets
getting give given gives go goes had has have having he her here him his how however i if in instead into is it its
itself just know let like make makes many may me might mine more most much must my need needed needs neither no nor
not of off on once one only onto or other our out over own please rather same shall she should so some something
somehow somewhere such tell than that the their them then there these they thing things this those through to too
under until up upon us used using use very want wants was way we well were what whatever when where whether which
while who whom whose why will with within without would yes yet you your yours happens happen mean means exactly
really actually don doesn didn isn aren wasn won couldn shouldn s t ll ve re d m
"""
FUNCTION_WORDS = frozenset(RUSSIAN.split()) | frozenset(ENGLISH.split())
