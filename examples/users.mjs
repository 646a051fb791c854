// A user's life: created by the first action, read, changed, found, deleted.
import { authsignal } from './client.mjs';

// Your own id of the user. It stays as it is, byte for byte; only characters that would change a URL are refused.
const userId = 'example-alice';

// There is no "create user". The first action that you track makes the user, with what you send along.
await authsignal.track({
  userId,
  action: 'signUp',
  attributes: { email: 'alice@example.com', username: 'alice' },
});
console.log('tracked signUp: the user exists now');

// An unknown user is not an error: the answer is one with isEnrolled false.
const user = await authsignal.getUser({ userId });
console.log('read:', { email: user.email, emailVerified: user.emailVerified, isEnrolled: user.isEnrolled });

// What you leave out stays, null clears. Say emailVerified only if you have verified the address yourself.
const updated = await authsignal.updateUser({
  userId,
  attributes: { displayName: 'Alice Liddell', locale: 'en-NZ', emailVerified: true, custom: { plan: 'gold' } },
});
console.log('updated:', updated);

const cleared = await authsignal.updateUser({ userId, attributes: { username: null } });
console.log('cleared the user name:', 'username' in cleared ? 'it is still there' : 'it is gone');

// Attributes are not unique, so a look-up gives a list. E-mail addresses match in any case.
const found = await authsignal.queryUsers({ email: 'Alice@Example.com' });
console.log(
  'found by e-mail:',
  found.users.map((one) => one.userId),
);

// Deletes authenticators, recovery codes and the history of actions too. Tokens of the user stop being valid.
await authsignal.deleteUser({ userId });
const afterwards = await authsignal.getUser({ userId });
console.log('deleted:', { email: afterwards.email, isEnrolled: afterwards.isEnrolled });
