"""Words that the mask must know: names that are also words, words that are no names, kinds of street."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON_NAMES = _words(
    """
    abbey able adult age amber an angel any applicant april ash ashes august autumn baby baker banks barker bay
    bean bee bell best bill bird bishop black blue bolt bond bow boy bright brook brooks brown buck bull burns
    bush butcher butler can carer carpenter case castle chance chapel charity chase child christian church clay
    clear clerk client cliff close constant cook court crane cross crystal curry dad dark dawn day days dean
    dear dock drew duke eager earl east english eve ever fair faith fall farmer father ferry field fields fish
    flint flower flowers forest foster fox frank free french friend frost gale gardener gate gates gay gem gift
    ginger glass gold golden good grace grant grave graves gray green grey grove guy hall hand hands harm
    harmony has have hawk hay head health heart heath help her here hidden high hill hills him his ho hold
    holiday home hood hook hope hound house how hunt hunter hurt ice in infant iron jet job joiner joy judge
    june just keen key keys kid kind king knight lace lake lamb land lane last law lawn lime little lock long
    lord love low loyal major male man march mark marks mason mast master max may meadow mercy mere merry mile
    miles mill miller mills mint miss mister moon moor more mother mount mum name near new nice night noble noon
    north number nurse oak old olive one only open our own pace page palm parent park parker parks pat patience
    patient peace peak pearl penny pepper person phone pine pink piper place plant police pond pool poor pope
    porter post potter pound power precious price prince princess prior proud pupil pure queen quick rain rains
    ray read red resident rice rich right rise river rivers rob rock rod roman root rose rule rush rye sailor
    saint sales salt sand say school see self sergeant sharp she shepherd short sibling silver singer sky small
    smart snow so son south spark sparks spear spring star steel stone storm story street strong student sue
    summer summers sun sunny sunshine swan sweet swift temple tenant the thi tiger till time top tower town
    trinity true try twin twist unborn under union unknown usher van walker wall walls ward warden was water
    waters way weeks well wells west white who wild will wills wing winner winter winters wise wish wolf wood
    woods words work worth yard yes you young
    """
)
"""Names that are words too: taken as names only when written as a whole word with a capital letter."""

PARTICLES = _words("al bin bint da dal de del della den der di dos du el ibn la le ten ter van von y zu")
"""Small words inside names: never a name by themselves."""

TITLES = _words(
    """
    mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend father fr sister pc dc ds di dci sgt sergeant
    insp inspector constable nurse judge cllr councillor master
    """
)
"""Words before a name that are no part of it."""

HONORIFICS = _words("mr mrs ms miss mx dr")
"""Titles after which a name stands, whatever letter it begins with."""

ALIAS_WORDS = _words("aka alias also and called formerly known nee nickname or previously as")
"""Words between one name of a person and another."""

ABBREVIATIONS = _words(
    """
    ae aa ag am an as at bp bt by ca cc cd ce cp da db dc ds dv ed eu ex ft ga gb gp ha hm hr hv ia ic id ie if ig in
    io ip is it iv kc la le lg me mi mk mp ms my na nb ni no of oh ok on or os ot pa pc pe pg pm po pr ps pt qc rd re
    sa se sg so sr st sw ta tb to tv uk up us vc vp we
    """
)
"""Two capital letters that stand for something else than a person."""

STREETS = (
    "street", "road", "avenue", "lane", "drive", "close", "crescent", "terrace", "gardens", "grove", "place", "court",
    "square", "way", "hill", "rise", "row", "walk", "mews", "parade", "broadway", "quay", "wharf", "green", "park",
    "cottage", "cottages", "house", "lodge", "farm", "flats", "mansions", "villas", "st", "rd", "ave", "ln", "dr",
    "cl", "cres", "terr", "gdns", "pl", "ct", "sq",
)  # fmt: skip
"""The last word of a street or house."""

SURE_STREETS = (
    "street", "road", "avenue", "lane", "crescent", "terrace", "gardens", "mews", "cottage", "cottages", "villas",
    "rd", "ave", "cres", "gdns",
)  # fmt: skip
"""Those of them that are hardly ever another word after a small number."""

ORDINARY = _words(
    """
    a about abuse academy access accident act action adhd adult adults advice african after again against agency
    alcohol all also although am amendment an and anglican annex another anxiety any ao appointment apr april
    arabic are area around article as asap asbo asian assessment assessments asthma at attendance attended aug
    august aunt authority autism autistic autumn baby bail bangladeshi bank be because been before being below
    bengali best between bill black body borough both boy boyfriend boys british brother bst but by cafcass
    caldicott call camhs can cannabis capacity care carer carers caribbean case cases catholic cc ccg centre
    chair chapter charity check child childcare children christian christmas church cin city class clinic
    clinical cocaine code college commissioner community company competence conference confidential
    confidentiality connected consent constable constabulary consultant contact control convention core council
    councillor county court cousin cp cps cqc crime criminal crisis crown cse csods current data date daughter
    day days dbs dec december decision department depression deputy designated detective diabetes diabetic did
    director disclosure disorder district do doctor does domestic dpa dpia dr draft drug drugs duty dvds dwp
    each early easter ecp education ehc ehcp eight either emergency england english epilepsy equality etc
    european even evening every evidence ex exclusion exploitation extra face family fao father fathers feb
    february female few final first five follow following for force form formal former fostering four framework
    freedom french fri friday friend from full further gdpr general german ghb gillick girl girlfriend girls
    given gmt golden governance gp grandfather grandmother grandparent grandparents group guardian guardians
    guidance gypsy had half has have he head health hearing help her here heroin high him hindu his history hm
    hmrc home hospital house housing how human husband i icb ico if ig ii iii immediate in independent indian
    information initial inquiry inspector interim into investigation ireland irish iro is islamic it item items
    its iv jan january jewish judge jul july jun june just justice key kingdom labour lac lado last late later
    law lead leader learning legal let level life line link list lithuanian loc local london looked low lscp
    magistrates mainly male man manager many mappa mar marac march mash may mca me medical medication meeting
    meetings member mental met methadone midwife midwifery minister miss missing mister mon monday month more
    morning mosque most mother mothers mr mrs ms much multi muslim mx my national nda near need needs neighbour
    neither nephew never new next nhs niche niece night nine no none nor north northern not note notes nothing
    nov november now nspcc number nurse nursery nursing oct october of off office officer ofsted on once one
    only or order other our out outside over own pack pakistani panel paragraph parent parental parents part
    partner partnership patient pc people per person phone plan plans please pm point police policy polish
    portuguese practice practitioner pre previous primary principle principles prison privacy probation
    professional professionals programme protected protection protestant pru psychiatrist public punjabi purpose
    question ramadan re record records ref refuge regulation regulations relation reply report request response
    responsibility review reviews right rights risk risks role roma romanian rule rules sab safe safeguarding
    same sar sat saturday schedule school scotland scottish second secondary section see sen senco send senior
    sent sep sept september service services seven several sexual she should sibling siblings sikh since sir
    siro sister six so social society solicitor somali some son source south spanish specialist staff stage
    state statement station stepdaughter stepfather stepmother stepson still stop strategy subject such summary
    summer sun sunday support surgery suspected swift ta teacher team tel ten term than that the their them then
    therapist therapy there these they third this those three threshold thu thurs thursday to today together
    told tomorrow traveller tribunal trust tue tues tuesday twin twins two ucas uk uncle under understanding
    unit university until up urdu urgent us use vat version very victim visit visitor voluntary volunteer wales
    ward was wc we wed wednesday week weekend welfare welsh west western what when where whether which while
    white who whole whose why wife will winter with within without witness woman women work worker workers
    working would year years yes yesterday yet you young your youth zero
    """
)
"""Words that may begin with a capital letter and are no name of a person."""
