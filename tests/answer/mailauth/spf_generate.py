"""SPF records made by a fixed seed, and the zone they live in: for comparing checkers on the same DNS."""

from __future__ import annotations

import random

TOP = "dif.com"
"""Everything lives below; the DNS server answers for the whole world, so the name is free to choose."""
STRANGER = "198.51.100.77"
"""An address that no term matches: every term is looked up."""
SENDER = "192.0.2.25"
"""An address that many terms match."""

_FIXED = f"""
a1.{TOP}. A {SENDER}
a2.{TOP}. A 203.0.113.2
a6.{TOP}. AAAA 2001:db8::6
empty.{TOP}. TXT "nothing else"
m1.{TOP}. MX 10 a1.{TOP}.
m1.{TOP}. MX 20 a2.{TOP}.
mvoid.{TOP}. MX 10 gone1.{TOP}.
mnull.{TOP}. MX 0 .
mx11.{TOP}. MX 10 a1.{TOP}.
ok0.{TOP}. TXT "v=spf1 ip4:{SENDER} -all"
ok1.{TOP}. TXT "v=spf1 include:ok0.{TOP} ~all"
ok2.{TOP}. TXT "v=spf1 a:a1.{TOP} mx:m1.{TOP} -all"
ok5.{TOP}. TXT "v=spf1 include:ok1.{TOP} include:ok2.{TOP} ?all"
red.{TOP}. TXT "v=spf1 redirect=ok1.{TOP}"
soft.{TOP}. TXT "v=spf1 a:a2.{TOP} ~all"
open.{TOP}. TXT "v=spf1 ip4:203.0.113.0/24"
bad.{TOP}. TXT "v=spf1 ip4:300.1.1.1 -all"
badall.{TOP}. TXT "v=spf1 a:a2.{TOP} incldue:ok0.{TOP} -all"
two.{TOP}. TXT "v=spf1 -all"
two.{TOP}. TXT "v=spf1 ip4:{SENDER} -all"
noisy.{TOP}. TXT "verification=123"
noisy.{TOP}. TXT "v=spf1 ip4:203.0.113.9 -all"
loop1.{TOP}. TXT "v=spf1 include:loop2.{TOP} -all"
loop2.{TOP}. TXT "v=spf1 include:loop1.{TOP} -all"
redloop.{TOP}. TXT "v=spf1 redirect=redloop2.{TOP}"
redloop2.{TOP}. TXT "v=spf1 redirect=redloop.{TOP}"
void3.{TOP}. TXT "v=spf1 a:gone1.{TOP} a:gone2.{TOP} a:gone3.{TOP} -all"
split.{TOP}. TXT "v=spf1 ip4:203.0.113.1 " "ip4:203.0.113.2 -all"
upper.{TOP}. TXT "V=SPF1 IP4:203.0.113.5 -ALL"
slow.{TOP}. TXT "v=spf1 -all"
"""
_GOOD = ("ok0", "ok1", "ok2", "red", "soft", "open", "noisy", "split", "upper", "ok5")
_BROKEN = ("bad", "badall", "two", "empty", "gone1", "loop1", "redloop", "void3", "a1")
_PLAIN = (
    "ip4:{sender}", "ip4:203.0.113.0/24", "ip6:2001:db8::/32", "a:a1.{top}", "a:a2.{top}/28", "a:a6.{top}",
    "a", "mx", "mx:m1.{top}", "exists:a1.{top}", "exists:%{ir}.{top}", "ip4:203.0.113.7", "ip6:2001:db8::1",
    "a:a1.{top}/24//64", "include:%{d}.{top}", "mx:m1.{top}//64",
)  # fmt: skip
_VOID = ("a:gone1.{top}", "mx:gone2.{top}", "exists:gone3.{top}", "a:empty.{top}", "mx:mvoid.{top}", "mx:mnull.{top}")
_ODD = (
    "ptr", "ptr:{top}", "exp=why.{top}", "foo=bar", "redirect=ok0.{top}", "redirect=soft.{top}", "x-y.z_1=%{d}",
    "redirect=gone1.{top}", "exp=%{c}.{top}", "A:a1.{top}", "INCLUDE:OK0.{top}", "include:ok0.{top}.",
)  # fmt: skip
_WRONG = (
    "ip4:1.2.3", "ip4:1.2.3.4/33", "ip4:01.2.3.4", "ip6:2001:zz::", "ip6:2001:db8::/129", "ip4", "include", "include:",
    "exists", "all:x", "ip4:1.2.3.4/", "a:", "mx/33", "a/24/64", "inlcude:ok0.{top}", "foo", "foo:bar", "a:{top}:25",
    "include=ok0.{top}", "-", "~", "a:localhost", "include:1.2.3.4", "exists:%{z}.{top}", "exists:%d.{top}", "a//129",
    "redirect=", "exp=", "ip4:{top}", "a:%{i}", "include:ok0.{top}/24", "ptr/24", "all/8", "mx:{top},", "=x", "1a=x",
    "ip4:1.2.3.4//24", "ip6:2001:db8::1//64", "a/032", "ip6:::ffff:1.2.3.4", "include:-x-.{top}", "a:b..{top}",
)  # fmt: skip
_ENDS = ("-all", "~all", "?all", "+all", "all", "", "-ALL")


def records(count: int, seed: int = 7208) -> dict[str, str]:
    """Name → record; the same for the same arguments."""
    dice = random.Random(seed)
    return {f"r{i:03d}.{TOP}": _record(dice, i) for i in range(count)}


def zone(made: dict[str, str]) -> str:
    """The zone with the fixed names and the made records, as master-file text."""
    more = [f"mx11.{TOP}. MX {i} mxh{i}.{TOP}.\nmxh{i}.{TOP}. A 203.0.113.{i}" for i in range(20, 31)]
    own = [f"{name}. TXT {strings(text)}" for name, text in made.items()]
    half = [f"{name}. A 203.0.113.50\n{name}. MX 10 a2.{TOP}." for i, name in enumerate(made) if i % 2]
    return "\n".join([_FIXED, *more, *own, *half])


def strings(text: str) -> str:
    """A text as quoted strings of 200 octets at most."""
    return " ".join(f'"{text[i : i + 200]}"' for i in range(0, len(text), 200))


def _record(dice: random.Random, index: int) -> str:
    """One record; every fourth has a syntax error, every third a broken or void name, some far too many terms."""
    terms = [dice.choice(_PLAIN) for _ in range(dice.randint(0, 4))]
    terms += [f"include:{dice.choice(_GOOD)}.{TOP}" for _ in range(dice.randint(0, 2))]
    if dice.random() < 0.2:
        terms += [f"include:{dice.choice(_BROKEN)}.{TOP}"]
    if dice.random() < 0.2:
        terms += dice.choices(_VOID, k=dice.randint(1, 3))
    if dice.random() < 0.2:
        terms += [dice.choice(_ODD)]
    if dice.random() < 0.25:
        terms += [dice.choice(_WRONG)]
    if dice.random() < 0.12:
        terms += [f"include:ok5.{TOP}"] * dice.randint(1, 2) + ["mx:m1.{top}"] * dice.randint(0, 6)
    if index % 97 == 0:
        terms += ["mx:mx11.{top}"]
    if index % 89 == 0:
        terms += [f"include:r{index:03d}.{TOP}"]
    dice.shuffle(terms)
    if dice.random() < 0.07:
        terms.insert(dice.randint(0, len(terms)), dice.choice(_ENDS[:4]))
    words = [_qualified(dice, term.replace("{top}", TOP).replace("{sender}", SENDER)) for term in terms]
    head = "v=spf1" if dice.random() > 0.03 else dice.choice(("V=SPF1", "v=spf1 ", "v=spf10", "v=spf1;", "spf1"))
    return " ".join([head, *words, dice.choice(_ENDS)]).rstrip(" " if dice.random() > 0.05 else "")


def _qualified(dice: random.Random, term: str) -> str:
    mechanism = "=" not in term and term[:1] not in "-~?+"
    return dice.choice(("+", "-", "~", "?")) + term if mechanism and dice.random() < 0.15 else term
