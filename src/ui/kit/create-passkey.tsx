import type { ComponentChildren } from 'preact';
import { rememberPasskey } from './device-memory.ts';
import { KeyScreen } from './key-screens.tsx';
import { usePage } from './page.ts';

/**
 * Creates a passkey: as the method that is being set up, or as an extra one. `occasion` names the texts that introduce
 * it.
 */
export function CreatePasskey({
  occasion,
  onCreated,
  secondary,
}: {
  readonly occasion: 'passkey-create' | 'passkey-uplift';
  readonly onCreated: () => void;
  readonly secondary?: ComponentChildren;
}) {
  const { client, session } = usePage();
  return (
    <KeyScreen
      icon="passkey"
      isProof={false}
      texts={{
        heading: `${occasion}.heading`,
        description: `${occasion}.description`,
        primaryCta: `${occasion}.primaryCta`,
        waiting: 'passkey-create.waiting',
        cancelled: 'passkey-create.cancelled',
        exists: 'passkey-create.exists',
      }}
      ceremony={(signal) => client.createPasskey(signal)}
      onVerified={() => {
        rememberPasskey(session);
        onCreated();
      }}
      {...(secondary === undefined ? {} : { secondary })}
    />
  );
}
