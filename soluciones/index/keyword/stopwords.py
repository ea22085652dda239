"""Words too common to search for, folded. «no» and «sin» are kept: they tell «no puedo enviar» from «puedo enviar»."""

from __future__ import annotations

from types import MappingProxyType

_ES = """
a al algo algun alguna algunas alguno algunos ante antes aquel aquella aqui asi aun aunque cada como con cual cuales
cualquier cuando cuanto cuanta cuantos cuantas de del desde donde dos durante e el ella ellas ellos en entonces entre
era eres es esa esas ese eso esos esta estaba estan estar estas este esto estos estoy fue fueron ha haber habia hace
hacia han hasta hay he hola la las le les lo los luego mas me mediante mi mia mis mio mucho muy ni nos nosotros
nuestra nuestro o os otra otras otro otros para pero poco por porque pues que quien quienes se sea segun ser si sido
siempre sobre sois solo somos son soy su sus suyo tal tambien tan tanto te ti tiene tienen tengo tener todo toda todas
todos tras tu tus tuyo u un una unas uno unos usted ustedes va van vamos voy y ya yo
puedo puede pueden podria poder quiero quisiera quiere necesito necesita gracias favor debo debe deberia
haciendo hacer hago saber
"""
_EN = """
a about am an and any are as at be been but by can could did do does for from had has have how i if in into is it its
me my of on or our please should so than that the their them then there these they this to us was we were what when
where which who why will with would you your
"""
_FR = """
a ai as au aux avec c ce ces cette comment d dans de des du elle elles en est et etre eu faire il ils j je l la le les
leur leurs lui m ma mais me mes mon n nos notre nous on ont ou par pas peut peux pour pourquoi puis qu quand que quel
quelle quelles quels qui s sa se ses son sont suis sur t ta te tes ton tu un une vos votre vous y
"""
_DE = """
aber als am an auf aus bei bin bis das dass dein dem den der des die dies diese dieser du ein eine einem einen einer
er es fur hat habe haben ich ihr im in ist ja kann konnen man mein meine meinem meinen meiner mich mir mit muss nach
oder sich sie sind so um und uns unser von vor warum was welche welchen welcher welches wenn wer werden wie wir wird wo
zu zum zur
"""
_IT = """
a ad agli ai al alla alle allo anche che chi ci come con cosa cui da dal dalla degli dei del della delle dello devo di
e ed faccio gli ha ho i il in io l la le lei li lo loro ma mi mia mie miei mio ne nei nel nella o per perche piu posso
quale quali quando quello questa questo qui se si sono su sua sue sul sulla suo ti tra tu tua tuo un una uno vi voi
"""

_LISTS = {"es": _ES, "en": _EN, "fr": _FR, "de": _DE, "it": _IT}
STOP_WORDS = MappingProxyType({lang: frozenset(words.split()) for lang, words in _LISTS.items()})
"""Language → folded stop words. The index uses the guide's language, a question its own and Spanish."""


def stop_words(lang: str) -> frozenset[str]:
    """Stop words for a text in ``lang``: its own list and the Spanish one (the index is Spanish first)."""
    return _UNIONS.get(lang, STOP_WORDS["es"])


_UNIONS = {lang: words | STOP_WORDS["es"] for lang, words in STOP_WORDS.items()}
