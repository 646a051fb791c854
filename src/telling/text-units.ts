/** What a text message takes up: the characters of GSM 03.38, and how many messages a text is sent as. */

// §6.2.1: one unit each; those of the extension table two.
const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extended = new Set('^{}\\[~]|€');

/**
 * In how many messages phones get a text: 160 units in one and 153 in each of several, or 70 and 67 if it has any character
 * that GSM 03.38 has not (3GPP TS 23.040 §9.2.3.24.1).
 */
export function messagesIn(text: string): number {
  const characters = [...text];
  const isGsm = characters.every((character) => basic.has(character) || extended.has(character));
  const units = isGsm ? characters.reduce((sum, character) => sum + (basic.has(character) ? 1 : 2), 0) : text.length;
  const [alone, ofSeveral] = isGsm ? [160, 153] : [70, 67];
  return units <= alone ? 1 : Math.ceil(units / ofSeveral);
}

const others: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': ',',
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '…': '...',
  ł: 'l',
  Ł: 'L',
  œ: 'oe',
  Œ: 'OE',
};

/**
 * The same words in characters of GSM 03.38 as far as there are any: accents that it lacks go, typographic marks become
 * plain ones. One character less of others makes a text of three messages one of two.
 */
export function plainCharacters(text: string): string {
  const plain = (character: string) => {
    if (basic.has(character) || extended.has(character)) return character;
    const other = others[character] ?? character.normalize('NFKD').replace(/\p{M}/gu, '');
    return [...other].every((part) => basic.has(part)) ? other : character;
  };
  return [...text.normalize('NFC')].map(plain).join('');
}
