import { Refusal } from '../contract/errors.ts';
import { smsChannels } from '../core/authenticators/sms-channel.ts';
import { slots } from '../core/authenticators/slot.ts';
import type { MethodManifest } from './manifest.ts';
import type { Method } from './method.ts';

/** The common part of the methods that reach a user at an e-mail address: one authenticator per user. */
export function emailMethod({ verificationMethod }: MethodManifest): Method {
  return {
    verificationMethod,
    readVerifiedEnrolment({ email }) {
      if (email === undefined) throw new Refusal('invalid_request', `email is required for ${verificationMethod}.`);
      return { slot: slots.own, email, state: {} };
    },
    describe: ({ email }) => (email === null ? {} : { email }),
  };
}

/** The common part of the methods that reach a user at a phone number: one authenticator per user. */
export function phoneMethod({ verificationMethod }: MethodManifest): Method {
  return {
    verificationMethod,
    readVerifiedEnrolment({ phoneNumber }) {
      if (phoneNumber === undefined)
        throw new Refusal('invalid_request', `phoneNumber is required for ${verificationMethod}.`);
      return { slot: slots.own, phoneNumber, state: {} };
    },
    describe: ({ phoneNumber, state }) => {
      const channel = smsChannels.find((name) => name === state['previousSmsChannel']);
      return {
        ...(phoneNumber === null ? {} : { phoneNumber }),
        ...(channel === undefined ? {} : { previousSmsChannel: channel }),
      };
    },
  };
}
