/**
 * A value without anything that a mail program or a phone makes a link of: a space after each dot before a name, and in
 * `://`. So a payee called `evil.example/win` is still read, and never pressed. Amounts such as `1.250,00` stay as they are.
 */
export function withoutLinks(value: string): string {
  return value
    .replaceAll('://', ': //')
    .replace(/\d+(?:\.\d+){3,}/g, (address) => address.replaceAll('.', '. '))
    .replace(dotBeforeName, '$& ');
}

// With the other characters that stand for a dot in a host name (UTS #46 §2.3), and invisible ones behind it.
const dotBeforeName = /[.\u2024\u3002\uff0e\uff61](?=[\p{Cf}]*[\p{L}\p{M}\p{So}_-]|[\p{Cf}]*\p{N}+\p{L})/gu;
