// The life of a user: created by the first action, read, changed, found, deleted.
import { authsignal } from './client.mjs';

// Your own id of the user. It is stored byte for byte; only characters that would change a URL are refused.
const userId = 'example-alice';

// There is no "create user". The first action that you track creates the user, with the attributes that you send.
await authsignal.track({
  userId,
  action: 'signUp',
  attributes: { email: 'alice@example.com', username: 'alice' },
});
console.log('tracked signUp: the user exists now');

// An unknown user is not an error: the response has isEnrolled false.
const user = await authsignal.getUser({ userId });
console.log('read:', { email: user.email, emailVerified: user.emailVerified, isEnrolled: user.isEnrolled });

// Attributes that you leave out stay unchanged, and null clears them. Set emailVerified only if you have verified the
// address yourself.
const updated = await authsignal.updateUser({
  userId,
  attributes: { displayName: 'Alice Liddell', locale: 'en-NZ', emailVerified: true, custom: { plan: 'gold' } },
});
console.log('updated:', updated);

const cleared = await authsignal.updateUser({ userId, attributes: { username: null } });
console.log('cleared the user name:', 'username' in cleared ? 'it is still there' : 'it is gone');

// Attributes are not unique, so a lookup returns a list. E-mail addresses match in any case.
const found = await authsignal.queryUsers({ email: 'Alice@Example.com' });
console.log(
  'found by e-mail:',
  found.users.map((one) => one.userId),
);

// Also deletes authenticators, recovery codes and the history of actions. The user's tokens stop being valid.
await authsignal.deleteUser({ userId });
const afterwards = await authsignal.getUser({ userId });
console.log('deleted:', { email: afterwards.email, isEnrolled: afterwards.isEnrolled });
