"""Lists the words of attribution in English news: cue verbs, titles, and nouns of speakers.

Lists only: what a word does in a sentence is decided in ``speaker_mentions`` and
``speaker_names``.
"""

from __future__ import annotations

import re

_CUE_VERBS = """said says say wrote writes tweeted tweets added adds stated states told tells
    explains argued argues insisted insists claimed claims stressed stresses emphasized
    emphasised emphasizes remarked replied responded testified commented quipped joked
    recalled recalls noted notes warned warns acknowledged acknowledges admitted admits
    cautioned cautions contended contends conceded concedes declared declares asserted
    asserts alleged alleges asked asks continued texted posted mentioned mentions
    questioned shared complained lamented observed observes reiterated maintained
    maintains announced announces confirmed confirms reported reports revealed reveals
    found finds recommended recommends advised advises advise suggested suggests indicated
    indicates predicted predicts predict estimated estimates estimate speculated
    speculates recounts recounted concluded believes called calls described describes
    termed dubbed dismissed denounced praised blasted warn argue recommend note tweet
    think thinks""".split()

UNCONDITIONAL_CUES = frozenset(
    """said says say wrote writes tweeted tweets stated states told tells
    remarked commented quipped testified argued argues insisted insists contends contended
    cautioned cautions""".split()
)
"""Attribute by themselves, whatever follows."""

QUOTATION_CUES = frozenset(
    """asked asks continued replied responded joked texted posted questioned shared recalled recalls
    called calls described describes termed dubbed dismissed denounced praised blasted complained
    lamented wrote observed observes declared declares believes maintained thinks""".split()
)
"""Attribute only beside quotation marks, unlike "asked for money" or "called police"."""

CUE_VERB = re.compile(
    rf"(?<![\w’'-])(?:{'|'.join(sorted(set(_CUE_VERBS), key=len, reverse=True))}|pointed out)\b"
    r"(?![’'-])"
)

TITLES = frozenset(
    """president chairman chairwoman chairperson chair minister premier chancellor secretary
    senator sen representative rep congressman congresswoman governor gov lieutenant mayor
    sheriff chief director ceo cfo coo cto commissioner attorney prosecutor judge justice
    general gen colonel col captain capt major maj sergeant sgt lt officer admiral adm
    commander spokesman spokeswoman spokesperson professor prof ambassador coach manager
    editor analyst economist founder leader speaker candidate superintendent administrator
    official user director-general commissioner-general trooper detective inspector deputy
    strategist officer co-founder executive curator""".split()
)
"""The last of these before a name ends the role: "Turkish Foreign Minister | Hakan Fidan"."""

SPEAKER_NOUNS = frozenset(
    """police officials official authorities experts expert researchers researcher scientists
    scientist analysts analyst economists economist spokesman spokeswoman spokesperson
    spokespeople lawyers lawyer attorneys attorney prosecutors prosecutor investigators
    government ministry department agency administration company companies firm bank group
    organization organisation association union committee commission council court judge
    office team league club regulator regulators watchdog military army navy officers
    officer doctors doctor witnesses witness residents resident critics supporters
    advocates activists lawmakers senators leaders leader president minister governor
    mayor coach manager ceo chairman director author authors teacher teenager woman man
    mother father husband wife son daughter sister brother family friend neighbor
    neighbour student report study statement survey poll document documents indictment
    lawsuit complaint filing post release memo letter paper website newspaper magazine
    outlet broadcaster media press agency center centre institute university hospital
    school industry retailer automaker airline manufacturer network studio label brand
    charity sheriff chief source sources person people economists strategist strategists
    pollster pollsters diplomats diplomat ambassador envoy professor historian expert
    meteorologists forecasters forecaster epidemiologist epidemiologists actor actress
    singer star player driver pilot captain victim survivor owner founder executive
    executives agent agents senator congressman congresswoman representative candidate
    campaign coalition party campaigners creator editor editors journalist reporter
    columnist blog review analysis note summary article users user customers workers
    employee employees officials veteran couple pair duo prince princess queen king pope
    bureau service services embassy consulate firefighters paramedics rescuers detectives
    deputies troopers registry tabloid paper""".split()
)
"""Common nouns that head the description of a speaker: "health experts", "the company"."""

PERSONAL_PRONOUNS = frozenset({"he", "she"})
PRONOUNS = frozenset({"he", "she", "they", "it"})
