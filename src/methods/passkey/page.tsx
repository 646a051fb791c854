import { ApiError } from '../../../sdk/browser/index.ts';
import { CreatePasskey } from '../../ui/kit/create-passkey.tsx';
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
    const { enrolled } = usePage();
    return <CreatePasskey occasion="passkey-create" onCreated={enrolled} />;
  },
};

/** A passkey that the server does not accept is reported to the user like a wrong code. */
function asRefused(error: unknown): { readonly isVerified: false } {
  if (error instanceof ApiError && /^(invalid|unknown)_credential$/.test(error.code)) return { isVerified: false };
  throw error;
}
