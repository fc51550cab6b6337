"""English word lists for comparing sentences: antonyms, near-synonyms, negation, hedges, nations.

Also the lemma of irregular forms ("sank" is "sink"). All lists were written by hand from general
knowledge of news English. Knows nothing about sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qa.language.words import stem

IRREGULAR_LEMMAS: Mapping[str, str] = {
    form: forms.split()[0]
    for forms in """arise arose arisen|beat beaten|become became|begin began begun|bite bit bitten|
    blow blew blown|break broke broken|bring brought|build built|buy bought|catch caught|
    choose chose chosen|come came|deal dealt|die died dies dying|draw drew drawn|drink drank drunk|
    drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|
    flee fled|fly flew flown|forbid forbade forbidden|forget forgot forgotten|forgive forgave|
    freeze froze frozen|get got gotten|give gave given|go went gone goes|grow grew grown|
    hang hung|hear heard|hide hid hidden|hold held|keep kept|know knew known|lay laid|lead led|
    learn learnt|leave left|lend lent|lie lay lain lied|lose lost|make made|mean meant|meet met|
    pay paid|plead pled pleaded|ride rode ridden|ring rang rung|rise rose risen|run ran|
    see saw seen|seek sought|sell sold|send sent|shake shook shaken|shine shone|shoot shot|
    show shown|shrink shrank shrunk|sing sang sung|sink sank sunk|sit sat|sleep slept|
    slide slid|speak spoke spoken|spend spent|spin spun|stand stood|steal stole stolen|
    stick stuck|strike struck stricken|swear swore sworn|sweep swept|swim swam swum|
    take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown|
    understand understood|undergo underwent undergone|wake woke woken|wear wore worn|win won|
    withdraw withdrew withdrawn|write wrote written|woman women|man men|child children|
    person people|life lives|wife wives|half halves|foot feet|more most|bad worse worst|
    good better best""".split("|")
    for form in forms.split()[1:]
}
"""Irregular form -> lemma."""

_NATIONS = """russia russian|china chinese|america american u.s usa|ukraine ukrainian|
britain british uk u.k|france french|germany german|italy italian|spain spanish|japan japanese|
india indian|pakistan pakistani|iran iranian|iraq iraqi|israel israeli|palestine palestinian|
turkey turkish türkiye turk|syria syrian|lebanon lebanese|egypt egyptian|libya libyan|
sudan sudanese|ethiopia ethiopian|kenya kenyan|nigeria nigerian|niger nigerien|mali malian|
ghana ghanaian|somalia somali|congo congolese|angola angolan|morocco moroccan|algeria algerian|
tunisia tunisian|canada canadian|mexico mexican|brazil brazilian|argentina argentine argentinian|
chile chilean|peru peruvian|colombia colombian|venezuela venezuelan|cuba cuban|haiti haitian|
australia australian|austria austrian|zealand zealander|indonesia indonesian|malaysia malaysian|
philippines filipino philippine|thailand thai|vietnam vietnamese|korea korean|mongolia mongolian|
afghanistan afghan|bangladesh bangladeshi|nepal nepali nepalese|myanmar burmese burma|
saudi saudis|yemen yemeni|qatar qatari|kuwait kuwaiti|jordan jordanian|emirates emirati|
greece greek|poland polish pole|hungary hungarian|romania romanian|bulgaria bulgarian|
serbia serbian serb|croatia croatian croat|bosnia bosnian|albania albanian|kosovo kosovar|
slovenia slovenian|slovakia slovak|czech czechia|sweden swedish swede|norway norwegian|
denmark danish dane|finland finnish finn|iceland icelandic|ireland irish|scotland scottish scot|
wales welsh|england english|netherlands dutch|belgium belgian|switzerland swiss|
portugal portuguese|estonia estonian|latvia latvian|lithuania lithuanian|belarus belarusian|
moldova moldovan|georgia georgian|armenia armenian|azerbaijan azerbaijani|kazakhstan kazakh|
uzbekistan uzbek|europe european|asia asian|africa african|taiwan taiwanese|rwanda rwandan|
uganda ugandan|zimbabwe zimbabwean|zambia zambian|senegal senegalese|cameroon cameroonian|
panama panamanian|guatemala guatemalan|honduras honduran|ecuador ecuadorian|bolivia bolivian|
california californian|texas texan|catholicism catholic|islam islamic muslim|judaism jewish jew"""

NATION_OF_FORM: Mapping[str, str] = {
    form: forms.split()[0]
    for forms in _NATIONS.replace("\n", "").split("|")
    for form in forms.split()
}
"""Adjective or other form -> nation (or state, continent, religion): russian -> russia."""

TITLE_OF_ABBREVIATION: Mapping[str, str] = {
    "sen": "senator", "gov": "governor", "rep": "representative", "gen": "general",
    "prof": "professor", "dr": "doctor", "lt": "lieutenant", "col": "colonel", "sgt": "sergeant",
    "capt": "captain", "maj": "major", "rev": "reverend", "st": "saint", "pres": "president",
    "adm": "admiral", "min": "minister", "dept": "department", "corp": "corporation",
    "inc": "incorporated", "ltd": "limited", "co": "company",
}  # fmt: skip
HONORIFICS = frozenset("mr mrs ms miss sir dame lord lady dr doctor".split())


def lemma(word: str) -> str:
    """Return the stem of a lower-case word; irregular forms and nations become one form first."""
    plain = word.replace("’", "'").removesuffix("'s").rstrip("'.")
    plain = NATION_OF_FORM.get(plain) or NATION_OF_FORM.get(plain.removesuffix("s")) or plain
    return stem(IRREGULAR_LEMMAS.get(plain, plain))


def _lemmas(words: str) -> frozenset[str]:
    return frozenset(lemma(word) for word in words.split())


_ANTONYM_LINES = """
rise climb increase grow gain jump soar surge up higher growth upward : fall drop decline decrease
    plunge slump shrink tumble dip down lower reduce downward
win victory triumph winner beat : lose defeat loss loser
accept approve agree ratify endorse adopt pass : reject refuse veto decline oppose block turn
allow permit let authorize legalize : ban forbid prohibit bar outlaw prevent
open reopen : close shut
begin start launch commence onset resume : end finish conclude stop halt cease suspend
arrive enter join : leave depart exit quit
buy purchase acquire buyer : sell seller sale
support back favor endorse supporter : oppose criticize condemn opponent against
guilty convict conviction : innocent acquit acquittal clear
arrest detain jail imprison capture : release free
alive live survive survivor living : dead die kill death killed
import : export
hire recruit appoint employ : fire dismiss sack layoff
strengthen reinforce boost improve better improvement : weaken undermine hurt worsen worse
    deterioration hinder hamper
raise hike : cut slash reduce lower
build construct erect : destroy demolish raze
attack invade : defend
lift remove ease : impose tighten introduce
public publicly open openly : secret secretly private privately covert covertly
major large big huge great : minor small little tiny slight
hot warm : cold cool
long : short
old older oldest elderly senior : young younger youngest junior new
early earlier earliest : late later latest
first : last final
north northern : south southern
east eastern : west western
left : right
high highest : low lowest
most : least fewest
more : fewer less
many : few
true accurate correct : false inaccurate wrong incorrect
legal lawful : illegal unlawful
safe : dangerous unsafe hazardous
rich wealthy : poor
strong stronger : weak weaker
success successful succeed : failure unsuccessful fail
possible : impossible
present : absent
male man boy father son brother husband his : female woman girl mother daughter sister wife her
guilty : innocent
peace : war
friend ally : enemy foe rival adversary
profit surplus : loss deficit
expand extend widen enlarge : shrink shorten narrow contract
love like admire : hate dislike
hope optimistic optimism : fear pessimistic pessimism
encourage urge : discourage
include : exclude
confirm acknowledge admit : deny
hide conceal : reveal expose show unveil disclose announce
keep retain : delete remove discard abandon lose scrap
install : uninstall
push : pull
temporary temporarily : permanent permanently
voluntary voluntarily : mandatory compulsory forced required
domestic : foreign
urban : rural
majority : minority
maximum : minimum
ancient : modern
full : empty
heavy : light
fast quick rapid quickly rapidly : slow slowly
day daytime : night overnight
morning : evening afternoon
inside indoor : outside outdoor
above : below
before : after
with : without
over : under
direct directly : indirect indirectly
win : lose
borrow : lend
student pupil : teacher
victim : suspect attacker
defendant : plaintiff prosecutor
civilian : soldier military
murder : manslaughter
thousand thousands : million millions billion billions
millions million : billions billion trillion
love : hatred
normal usual : unusual abnormal
calm : violent
deny : admit confess
""".replace("\n    ", " ").strip()
"""One contrast a line: words of one side, a colon, words of the other."""

_SYNONYM_LINES = """
say tell state announce declare report note add comment
kill die dead death deadly fatal fatality victim slay
buy purchase acquire acquisition
begin start launch commence initiate open
end finish conclude close complete
sick ill illness sickness disease
show reveal indicate demonstrate disclose expose unveil
find discover detect uncover
probe investigation inquiry investigate inquire
big large huge massive great major
small little tiny minor
help aid assist assistance support
car vehicle auto automobile
ask request urge call demand
use employ utilize
get receive obtain gain
give provide supply offer hand
make create produce manufacture build
need require necessary requirement
think believe consider regard deem
company firm business corporation
country nation state
police officer cop
law legislation bill act
vote ballot poll election elect
plan scheme proposal programme program project propose
talk discussion negotiation negotiate discuss meeting meet
ceasefire truce armistice
prison jail
area region zone
kid child youngster minor
rise climb increase grow gain jump soar surge up higher growth
fall drop decline decrease plunge slump sink tumble down
cut reduce lower slash reduction
stop halt suspend cease end pause
allow permit let authorize enable
ban forbid prohibit bar outlaw block
move shift relocate transfer
remove delete withdraw take eliminate erase
quit resign resignation leave step
worldwide global globally world
several various multiple number
movie film
phone smartphone telephone
ship vessel boat ferry
quake earthquake
guilty convict conviction
danger threat risk hazard menace
important significant key crucial vital
price cost
pay wage salary
win victory beat defeat triumph
lose loss defeat
game match
study research survey
scientist researcher expert
drug medicine medication
virus infection infect case
teach teacher teaching
building structure
soldier troop military army
""".strip()


def _related(pairs: Iterable[tuple[frozenset[str], frozenset[str]]]) -> dict[str, frozenset[str]]:
    """Map each stem of the first set of a pair to the second, over all pairs."""
    related: dict[str, frozenset[str]] = {}
    for members, others in pairs:
        for member in members:
            related[member] = related.get(member, frozenset()) | others
    return related


_SYNONYM_GROUPS = [_lemmas(line) for line in _SYNONYM_LINES.splitlines()]
_ANTONYM_PAIRS = [
    (_lemmas(one), _lemmas(other))
    for one, other in (line.split(":") for line in _ANTONYM_LINES.splitlines())
]
SYNONYM_STEMS: Mapping[str, frozenset[str]] = _related((group, group) for group in _SYNONYM_GROUPS)
"""Stem -> stems of about the same meaning, itself included."""
ANTONYM_STEMS: Mapping[str, frozenset[str]] = _related(
    (near, far - near)
    for one, other in _ANTONYM_PAIRS
    for near, far in ((one, other), (other, one))
)
"""Stem -> stems of the opposite meaning."""

NEGATION_WORDS = frozenset(
    "not never no none nobody nothing nowhere without neither nor cannot unable hardly scarcely "
    "barely lack lacks lacked".split()
)
NEGATING_VERB_STEMS = frozenset({"deni", "refus", "fail", "declin"})
"""Stems of verbs that deny the action after them: "refused to sign"."""

HEDGE_WORDS = frozenset(
    "may might could can possibly perhaps maybe potentially likely unlikely probably allegedly "
    "reportedly apparently suspected alleged proposed considering weighing mulling considers "
    "expected potential possible would plans planned planning hopes hoped wants wanted aims seeks "
    "intends meant intended supposed if whether should threatens threatened poised track course "
    "verge".split()
)
UNCERTAINTY_WORDS = frozenset(
    "may might could possibly perhaps maybe potentially likely unlikely probably allegedly "
    "reportedly suspected alleged considering weighing mulling considers possible poised".split()
)
"""Hedges that make the words after them uncertain; a claim without any hedge says more."""

QUANTIFIER_RANKS: Mapping[str, int] = {
    "few": 1, "some": 1, "several": 1, "many": 2, "half": 2, "most": 3, "nearly": 3, "almost": 3,
    "all": 4, "every": 4, "each": 4, "entire": 4, "whole": 4,
}  # fmt: skip
"""Quantifier -> rank, from few (1) to all (4)."""

SPEECH_VERB_STEMS = _lemmas(
    "say tell add argue claim warn announce state declare write insist explain note suggest reply "
    "testify promise vow concede acknowledge complain estimate predict"
)
SYMMETRIC_VERB_STEMS = SPEECH_VERB_STEMS | _lemmas(
    "meet marry talk agree join fight play face discuss share sign hold clash border compete "
    "negotiate be have do make"
)
"""Stems of verbs that mean the same with subject and object exchanged, or that mean too little."""
