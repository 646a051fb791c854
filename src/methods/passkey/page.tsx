import { CreatePasskey } from '../../ui/kit/create-passkey.tsx';
import { rememberPasskey } from '../../ui/kit/device-memory.ts';
import { KeyScreen } from '../../ui/kit/key-screens.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { provePasskey } from '../../ui/kit/use-ceremony.ts';

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
        ceremony={(signal) => provePasskey(client, signal)}
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
