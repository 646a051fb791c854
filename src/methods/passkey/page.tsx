import { ApiError } from '../../../sdk/browser/index.ts';
import { rememberPasskey } from '../../ui/kit/device-memory.ts';
import { KeyScreen } from '../../ui/kit/key-screens.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';

export const page: MethodPage = {
  Challenge() {
    const { client, proved, session } = usePage();
    return (
      <KeyScreen
        icon="passkey"
        isProof
        texts={{
          heading: 'passkey-verify.heading',
          description: 'passkey-verify.description',
          primaryCta: 'passkey-verify.primaryCta',
          waiting: 'passkey-verify.waiting',
          cancelled: 'passkey-verify.cancelled',
          exists: 'passkey-verify.refused',
        }}
        ceremony={(signal) => client.usePasskey(signal).catch(asRefused)}
        onVerified={() => {
          rememberPasskey(session);
          proved();
        }}
      />
    );
  },

  Enrolment() {
    const { client, enrolled, session } = usePage();
    return (
      <KeyScreen
        icon="passkey"
        isProof={false}
        texts={{
          heading: 'passkey-create.heading',
          description: 'passkey-create.description',
          primaryCta: 'passkey-create.primaryCta',
          waiting: 'passkey-create.waiting',
          cancelled: 'passkey-create.cancelled',
          exists: 'passkey-create.exists',
        }}
        ceremony={(signal) => client.createPasskey(signal)}
        onVerified={() => {
          rememberPasskey(session);
          enrolled();
        }}
      />
    );
  },
};

/** A passkey that the server does not take is an answer for the person, like a wrong code. */
function asRefused(error: unknown): { readonly isVerified: false } {
  if (error instanceof ApiError && /^(invalid|unknown)_credential$/.test(error.code)) return { isVerified: false };
  throw error;
}
