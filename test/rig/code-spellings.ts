/** How people and their keyboards write the digits of a code, each of which is that code (ruling 45). */
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

/** What is not as long as the code, or no code of digits at all, and so no guess at it (ruling 45). */
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
