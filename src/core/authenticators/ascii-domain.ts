const nameLengthMax = 253;
const label = /^(?!-)[a-z0-9-]{1,63}$/;

/**
 * A mail domain as DNS has it: in ASCII and lower case, however it is spelt (RFC 5891). Null for a text that is not a
 * domain, or becomes one only by folding characters that look like letters or dots, or by dropping invisible ones. Mail
 * libraries and servers do that, which would give someone's domain a second name (A79).
 */
export function asciiDomain(domain: string): string | null {
  const folded = foldCase(domain);
  if (folded === null) return null;
  const name = /^\p{ASCII}*$/u.test(folded) ? folded : hostOf(folded);
  return name !== null && isHostName(name) ? name : null;
}

/** The domain without differences of case or composition; null if one character stands for another. */
function foldCase(domain: string): string | null {
  let lower = '';
  for (const sign of domain) {
    const folded = sign.toLowerCase();
    // The Kelvin sign is not the letter k.
    if (sign > '\u007f' && /\p{ASCII}/u.test(folded)) return null;
    lower += folded;
  }
  const composed = lower.normalize('NFC');
  const isPlain = composed === lower.normalize('NFKC') && !/[\p{Default_Ignorable_Code_Point}\u3002]/u.test(composed);
  return isPlain ? composed : null;
}

/** By the rules of browsers for hosts (UTS 46). */
function hostOf(domain: string): string | null {
  // No characters that end a host, or that are removed from a URL.
  if (/[^a-z0-9.\-\u0080-\u{10ffff}]/u.test(domain)) return null;
  const url = `http://${domain}`;
  // Not by `URL.canParse`, see contract/parse-url.ts.
  try {
    return new URL(url).hostname;
  } catch {
    return null;
  }
}

function isHostName(name: string): boolean {
  const labels = name.split('.');
  return (
    name.length <= nameLengthMax &&
    labels.every((part) => label.test(part) && !part.endsWith('-')) &&
    // Otherwise it would be read as an IPv4 address.
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}
