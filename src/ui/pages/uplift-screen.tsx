import { useEffect } from 'preact/hooks';
import { rememberDeclined, rememberPasskey } from '../kit/device-memory.ts';
import { KeyScreen } from '../kit/key-screens.tsx';
import { TextButton } from '../kit/parts.tsx';
import { usePage } from '../kit/page.ts';

/** Offers a passkey after a proof. Nothing that happens here undoes the proof. */
export function UpliftScreen({ onDone }: { readonly onDone: () => void }) {
  const { client, session, words } = usePage();
  // Asked is asked: a person who closes the page instead of answering is not asked at the next visit either.
  useEffect(() => rememberDeclined(session, Date.now()), []);
  return (
    <KeyScreen
      icon="passkey"
      isProof={false}
      texts={{
        heading: 'passkey-uplift.heading',
        description: 'passkey-uplift.description',
        primaryCta: 'passkey-uplift.primaryCta',
        waiting: 'passkey-create.waiting',
        cancelled: 'passkey-create.cancelled',
        exists: 'passkey-create.exists',
      }}
      ceremony={(signal) => client.createPasskey(signal)}
      onVerified={() => {
        rememberPasskey(session);
        onDone();
      }}
      secondary={<TextButton label={words.say('passkey-uplift.secondaryCta')} onClick={onDone} />}
    />
  );
}
