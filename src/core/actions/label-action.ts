/**
 * An action's code as words for people: `transferMoney`, `transfer-money` and `transfer_money` are all "Transfer
 * money".
 */
export function labelAction(actionCode: string): string {
  const words = actionCode
    .replace(/([\p{Ll}\p{Nd}])(\p{Lu})/gu, '$1 $2')
    .split(/[\s_-]+/)
    .filter((word) => word !== '')
    // A word in capitals is an abbreviation.
    .map((word) => (/^\p{Lu}\p{Ll}/u.test(word) || /^\p{Lu}$/u.test(word) ? word.toLowerCase() : word));
  const text = words.join(' ');
  return text === '' ? actionCode : text.charAt(0).toUpperCase() + text.slice(1);
}
