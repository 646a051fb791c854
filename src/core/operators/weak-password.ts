/** Which passwords operators may choose (NIST SP 800-63B-4 §3.1.1.2): long ones of any characters, but none that is guessed first. */

const passwordCharacters = { min: 12, max: 128 } as const;

// Letters and digits of what is tried first among those that are long enough, without digits at the end.
const common = new Set([
  ...[
    'abcdefghijkl',
    'abcdefghijklm',
    'adminadminadmin',
    'administrator',
    'asdfghjkl',
    'changemenow',
    'changemeplease',
  ],
  ...[
    'correcthorsebatterystaple',
    'iloveyou',
    'iloveyouforever',
    'letmein',
    'letmeinnow',
    'letmeinplease',
    'mypassword',
  ],
  ...['mypasswordis', 'newpassword', 'nopassword', 'opensesame', 'passphrase', 'password', 'passwordpassword'],
  ...['passwort', 'qawsedrftgyh', 'qazwsxedcrfv', 'qwertyuiop', 'qwertyuiopasdf', 'qwertyuiopasdfghjkl', 'qwertzuiop'],
  ...['secret', 'secretpassword', 'supersecret', 'temporarypassword', 'thisismypassword', 'trustno', 'welcome'],
  ...['welcomehome', 'zaqwsxcderfv', 'zxcvbnm', 'administratorpassword', 'adminpassword', 'rootpassword'],
]);
// Parts of these are guessed as well, forwards and backwards.
const sequences = [
  '01234567890123456789',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
];
// What is left of a password without the words that strangers know of its owner.
const ownCharactersMin = 8;

/** The text that is compared: whatever way a keyboard composes a character (NIST SP 800-63B-4 §3.1.1.2). */
export function normalPassword(given: string): string {
  return given.normalize('NFKC');
}

/**
 * Why a password is not taken, as a sentence that says what to do; undefined if it is. `known` are names that strangers can
 * guess: the operator's address, their companies.
 */
export function whyWeak(given: string, known: readonly string[]): string | undefined {
  const password = normalPassword(given);
  const { length } = [...password];
  const { min, max } = passwordCharacters;
  if (length < min) return `The password has fewer than ${min} characters. Make it longer: several words do well.`;
  if (length > max) return `The password has more than ${max} characters. Make it shorter.`;
  const bare = bareOf(password);
  const withoutEnd = password.replace(/[^\p{L}]+$/u, '');
  const isCommon =
    [withoutEnd, withLetters(withoutEnd)].some((one) => common.has(bareOf(one))) ||
    /^(.{1,4}?)\1+$/u.test(password.toLowerCase()) ||
    sequences.some((sequence) => bare !== '' && [sequence, reversed(sequence)].some((one) => one.includes(bare)));
  if (isCommon) return 'The password is one of those that are guessed first. Choose another one.';
  const words = known.flatMap((name) => [bareOf(name), ...name.split(/[^\p{L}\p{N}]+/u).map(bareOf)]);
  const own = [...words, 'sallyport']
    .filter((word) => word.length >= 3)
    .sort((left, right) => right.length - left.length)
    .reduce((left, word) => left.replaceAll(word, ''), password.toLowerCase());
  if (own.length < password.length && [...own].length < ownCharactersMin) {
    return 'The password is little more than your address or the name of your company. Choose another one.';
  }
  return undefined;
}

function bareOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Letters for what is often typed in their place. */
function withLetters(text: string): string {
  return text.replaceAll('@', 'a').replaceAll('$', 's').replaceAll('0', 'o').replaceAll('3', 'e');
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}
