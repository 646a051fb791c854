// The life of an action: tracked, decided, read, listed, handed to a human.
import { authsignal } from './client.mjs';

const userId = 'example-bob';
const action = 'withdrawFunds';

// Enrol an address that you have verified yourself, so that Bob has something to be challenged with. No message is
// sent.
const { authenticator, recoveryCodes } = await authsignal.enrollVerifiedAuthenticator({
  userId,
  attributes: { verificationMethod: 'EMAIL_OTP', email: 'bob@example.com' },
});
console.log(
  `enrolled ${authenticator.verificationMethod}; show Bob his ${recoveryCodes.length} recovery codes now, once`,
);

// Ask before you act. The idempotency key is your id for this one occurrence: the order, the transfer, the sign-in.
// Sending it again returns the same action, so retries are safe.
const result = await authsignal.track({
  userId,
  action,
  attributes: {
    idempotencyKey: 'transfer-1001',
    redirectUrl: 'https://app.example.com/withdraw/1001',
    ipAddress: '203.0.113.7',
    userAgent: 'Mozilla/5.0 (example)',
    custom: { amount: '250.00', currency: 'NZD' },
  },
});
console.log('tracked:', result.state, '->', nextStep(result));

function nextStep({ state, url, isEnrolled }) {
  switch (state) {
    case 'ALLOW':
      return 'go ahead';
    case 'CHALLENGE_REQUIRED':
      // The page challenges the person, or enrols them first. They come back to redirectUrl with a token that you validate.
      return `send Bob to ${url.replace(/token=.*/, 'token=…')} (${isEnrolled ? 'challenge' : 'enrolment first'})`;
    case 'REVIEW_REQUIRED':
      return 'hold it until somebody of yours has looked at it';
    case 'BLOCK':
    default:
      // Never treat an unknown state as permission.
      return 'refuse';
  }
}

// When Bob comes back, trust the state, not the URL. Here he has not been challenged yet.
const validation = await authsignal.validateChallenge({ token: result.token, userId, action });
console.log('validated:', { isValid: validation.isValid, state: validation.state });

const read = await authsignal.getAction({ userId, action, idempotencyKey: result.idempotencyKey });
console.log('read:', { state: read.state, rules: read.rules });

// At most the last 30 days, newest first.
const fromDate = new Date(Date.now() - 24 * 60 * 60 * 1000).toISOString();
const list = await authsignal.queryUserActions({ userId, actionCodes: [action, 'signIn'], fromDate });
console.log(
  'listed:',
  list.map((one) => `${one.actionCode} ${one.idempotencyKey} ${one.state}`),
);

// You can set any state: here a human should decide.
const updated = await authsignal.updateAction({
  userId,
  action,
  idempotencyKey: result.idempotencyKey,
  attributes: { state: 'REVIEW_REQUIRED' },
});
console.log('updated:', updated.state, '->', nextStep({ ...result, state: updated.state }));

await authsignal.deleteUser({ userId });
console.log('deleted the example user');
