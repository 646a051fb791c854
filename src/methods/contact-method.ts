import { Refusal } from '../contract/errors.ts';
import type { VerificationMethod } from '../contract/values.ts';
import type { Method } from './method.ts';

/** The common half of the methods that reach a person through an e-mail address: one authenticator a user. */
export function emailMethod(verificationMethod: VerificationMethod): Method {
  return {
    verificationMethod,
    contact: 'email',
    readVerifiedEnrolment({ email }) {
      if (email === undefined) throw new Refusal('invalid_request', `email is required for ${verificationMethod}.`);
      return { slot: '', email, state: {} };
    },
    describe: ({ email }) => (email === null ? {} : { email }),
  };
}

/** The common half of the methods that reach a person through a phone number: one authenticator a user. */
export function phoneMethod(verificationMethod: VerificationMethod): Method {
  return {
    verificationMethod,
    contact: 'phoneNumber',
    readVerifiedEnrolment({ phoneNumber }) {
      if (phoneNumber === undefined)
        throw new Refusal('invalid_request', `phoneNumber is required for ${verificationMethod}.`);
      return { slot: '', phoneNumber, state: {} };
    },
    describe: ({ phoneNumber }) => (phoneNumber === null ? {} : { phoneNumber }),
  };
}
