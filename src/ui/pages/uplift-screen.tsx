import { useEffect } from 'preact/hooks';
import { CreatePasskey } from '../kit/create-passkey.tsx';
import { rememberDeclined } from '../kit/device-memory.ts';
import { TextButton } from '../kit/parts.tsx';
import { usePage } from '../kit/page.ts';

/** Offers a passkey after a proof. Nothing that happens here revokes the proof. */
export function UpliftScreen({ onDone }: { readonly onDone: (isCreated: boolean) => void }) {
  const { session, words } = usePage();
  // The offer counts once it was shown: a user who closes the page instead of answering is not asked at the next visit
  // either.
  useEffect(() => rememberDeclined(session, Date.now()), []);
  return (
    <CreatePasskey
      occasion="passkey-uplift"
      onCreated={() => onDone(true)}
      secondary={<TextButton label={words.say('passkey-uplift.secondaryCta')} onClick={() => onDone(false)} />}
    />
  );
}
