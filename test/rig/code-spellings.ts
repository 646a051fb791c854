/** Ways in which people and keyboards write the digits of a code, all of which are the same code (ruling 45). */
export function spellingsOf(code: string): readonly string[] {
  const [first, second] = [code.slice(0, 3), code.slice(3)];
  const inDigitsFrom = (zero: number) => code.replace(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)));
  return [
    ` ${code}`,
    `${code}\n`,
    `${first} ${second}`,
    `${first}\u00a0${second}`,
    `${first}-${second}`,
    `${first}\u2013${second}`,
    `\u200b${code}\ufeff`,
    inDigitsFrom(0xff10),
    inDigitsFrom(0x0660),
  ];
}

/** Values of another length, or without a code's digits, which are therefore not a guess (ruling 45). */
export function notGuessesAt(code: string): readonly string[] {
  return [
    code.slice(1),
    `${code}0`,
    `+${code}`,
    `${code}.`,
    ' ',
    '-',
    '\u200b',
    `${code} ${code}`,
    'O'.repeat(code.length),
  ];
}
