import { ApiError } from '../../../sdk/browser/index.ts';
import { KeyScreen } from '../../ui/kit/key-screens.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';

export const page: MethodPage = {
  Challenge() {
    const { client, proved } = usePage();
    return (
      <KeyScreen
        icon="key"
        isProof
        texts={{
          heading: 'security-key-verify.heading',
          description: 'security-key-verify.description',
          primaryCta: 'security-key-verify.primaryCta',
          waiting: 'passkey-verify.waiting',
          cancelled: 'passkey-verify.cancelled',
          exists: 'passkey-verify.refused',
        }}
        ceremony={(signal) =>
          client.useSecurityKey(signal).catch((error: unknown) => {
            if (error instanceof ApiError && error.code === 'invalid_credential') return { isVerified: false };
            throw error;
          })
        }
        onVerified={proved}
      />
    );
  },

  Enrolment() {
    const { client, enrolled } = usePage();
    return (
      <KeyScreen
        icon="key"
        isProof={false}
        texts={{
          heading: 'security-key-create.heading',
          description: 'security-key-create.description',
          primaryCta: 'security-key-create.primaryCta',
          waiting: 'passkey-create.waiting',
          cancelled: 'security-key-create.cancelled',
          exists: 'security-key-create.exists',
        }}
        ceremony={(signal) => client.createSecurityKey(signal)}
        onVerified={enrolled}
      />
    );
  },
};
