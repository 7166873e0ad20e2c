"""Program text to instruction bytes, for the verifier's recorded cases: the kernel log's syntax, with labels."""
import re
import struct

SIZES = {"u8": (0x10, False), "u16": (0x08, False), "u32": (0x00, False), "u64": (0x18, False),
         "s8": (0x10, True), "s16": (0x08, True), "s32": (0x00, True)}
ALU = {"+=": 0x00, "-=": 0x10, "*=": 0x20, "/=": 0x30, "|=": 0x40, "&=": 0x50, "<<=": 0x60, ">>=": 0x70, "%=": 0x90,
       "^=": 0xA0, "s>>=": 0xC0, "s/=": 0x30, "s%=": 0x90}
JUMPS = {"==": 0x10, ">": 0x20, ">=": 0x30, "&": 0x40, "!=": 0x50, "s>": 0x60, "s>=": 0x70, "<": 0xA0, "<=": 0xB0,
         "s<": 0xC0, "s<=": 0xD0}
ATOMICS = {"add": 0x00, "or": 0x40, "and": 0x50, "xor": 0xA0}


def insn(op, dst=0, src=0, off=0, imm=0):
    imm &= 0xFFFFFFFF
    return struct.pack("<BBHI", op & 0xFF, dst | src << 4, off & 0xFFFF, imm)


def register(text):
    return int(text[1:])


def number(text):
    return int(text, 0)


def assemble(text):
    """(bytes, [(slot, map index)])"""
    lines, labels, slot = [], {}, 0
    for line in re.split(r"[;\n]", text):
        line = line.strip()
        if not line:
            continue
        if match := re.fullmatch(r"(\w+):", line):
            labels[match[1]] = slot
            continue
        lines.append((slot, line))
        slot += 2 if re.fullmatch(r"r\d+ = (map|value|.* ll).*", line) else 1
    code, maps = b"", []
    for slot, line in lines:
        code += one(line, slot, labels, maps)
    return code, maps


def one(line, slot, labels, maps):
    def target(label, wide=False):
        return labels[label] - slot - 1 if label in labels else number(label)

    def operand(text):
        return (0x08, register(text), 0) if re.fullmatch(r"[rw]\d+", text) else (0, 0, number(text))

    if line == "exit":
        return insn(0x95)
    if match := re.fullmatch(r"raw (.*)", line):
        return insn(*[number(part) for part in match[1].split()])
    if match := re.fullmatch(r"goto (\S+)", line):
        return insn(0x05, off=target(match[1]))
    if match := re.fullmatch(r"gotol (\S+)", line):
        return insn(0x06, imm=target(match[1]))
    if match := re.fullmatch(r"call #(-?\d+)", line):
        return insn(0x85, imm=int(match[1]))
    if match := re.fullmatch(r"call (-?\w+)", line):
        return insn(0x85, src=1, imm=target(match[1]))
    if match := re.fullmatch(r"if ([rw])(\d+) (\S+) (\S+) goto (\S+)", line):
        kind, src, imm = operand(match[4])
        return insn((0x05 if match[1] == "r" else 0x06) | JUMPS[match[3]] | kind, int(match[2]), src, target(match[5]), imm)
    if match := re.fullmatch(r"r(\d+) = map (\d+)", line):
        maps.append((slot, int(match[2])))
        return insn(0x18, int(match[1]), 1, 0, int(match[2])) + insn(0)
    if match := re.fullmatch(r"r(\d+) = value (\d+) (\w+)", line):
        maps.append((slot, int(match[2])))
        return insn(0x18, int(match[1]), 2, 0, int(match[2])) + insn(0, imm=number(match[3]))
    if match := re.fullmatch(r"r(\d+) = (\S+) ll", line):
        value = number(match[2])
        return insn(0x18, int(match[1]), 0, 0, value) + insn(0, imm=value >> 32)
    if match := re.fullmatch(r"r0 = \*\((\w+) \*\)skb\[(?:r(\d+) \+ )?(-?\w+)\]", line):
        size = SIZES[match[1]][0]
        return insn((0x40 if match[2] else 0x20) | size, 0, int(match[2] or 0), 0, number(match[3]))
    if match := re.fullmatch(r"r(\d+) = \*\((\w+) \*\)\(r(\d+) ([+-]) ?(\w+)\)", line):
        size, signed = SIZES[match[2]]
        off = number(match[5]) * (-1 if match[4] == "-" else 1)
        return insn(0x01 | (0x80 if signed else 0x60) | size, int(match[1]), int(match[3]), off)
    if match := re.fullmatch(r"\*\((\w+) \*\)\(r(\d+) ([+-]) ?(\w+)\) = (\S+)", line):
        size = SIZES[match[1]][0]
        off = number(match[4]) * (-1 if match[3] == "-" else 1)
        kind, src, imm = operand(match[5])
        return insn((0x63 if kind else 0x62) | size, int(match[2]), src, off, imm)
    if match := re.fullmatch(r"lock \*\((\w+) \*\)\(r(\d+) ([+-]) ?(\w+)\) (\S+)= r(\d+)", line):
        op = {"+": 0, "|": 0x40, "&": 0x50, "^": 0xA0}[match[5]]
        off = number(match[4]) * (-1 if match[3] == "-" else 1)
        return insn(0xC3 | SIZES[match[1]][0], int(match[2]), int(match[6]), off, op)
    if match := re.fullmatch(r"fetch_(\w+) \*\((\w+) \*\)\(r(\d+) ([+-]) ?(\w+)\) r(\d+)", line):
        op = {"xchg": 0xE1, "cmpxchg": 0xF1}.get(match[1]) or ATOMICS[match[1]] | 1
        off = number(match[5]) * (-1 if match[4] == "-" else 1)
        return insn(0xC3 | SIZES[match[2]][0], int(match[3]), int(match[6]), off, op)
    if match := re.fullmatch(r"([rw])(\d+) = -[rw]\d+", line):
        return insn(0x87 if match[1] == "r" else 0x84, int(match[2]))
    if match := re.fullmatch(r"r(\d+) = (be|le|bswap)(\d+) r\d+", line):
        return insn({"be": 0xDC, "le": 0xD4, "bswap": 0xD7}[match[2]], int(match[1]), imm=int(match[3]))
    if match := re.fullmatch(r"([rw])(\d+) = \(s(\d+)\) ?[rw](\d+)", line):
        return insn(0xBF if match[1] == "r" else 0xBC, int(match[2]), int(match[4]), int(match[3]))
    if match := re.fullmatch(r"([rw])(\d+) = (\S+)", line):
        kind, src, imm = operand(match[3])
        return insn((0xB7 if match[1] == "r" else 0xB4) | kind, int(match[2]), src, 0, imm)
    if match := re.fullmatch(r"([rw])(\d+) (\S+) (\S+)", line):
        kind, src, imm = operand(match[4])
        off = 1 if match[3] in ("s/=", "s%=") else 0
        return insn((0x07 if match[1] == "r" else 0x04) | ALU[match[3]] | kind, int(match[2]), src, off, imm)
    raise ValueError(line)
