import { useEffect, useState } from 'preact/hooks';
import { followQrCode, supportsWebAuthn } from '../../../sdk/browser/index.ts';
import type { ChallengeMethod, MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, Hint, OtherWay, PrimaryButton, Problem, RememberTick, Screen } from '../../ui/kit/parts.tsx';
import { drawQrCode } from '../../ui/kit/draw-qr-code.ts';
import type { QrPicture } from '../../ui/kit/draw-qr-code.ts';
import { QrCode } from '../../ui/kit/qr-code.tsx';
import { provePasskey, useCeremony } from '../../ui/kit/use-ceremony.ts';
import { useTask } from '../../ui/kit/use-task.ts';

export const page: MethodPage = { Challenge: Scan };

/** Shows codes that are renewed every half minute, until a phone has scanned one and its user has answered. */
function Scan() {
  const { client, proved, refresh, session, words } = usePage();
  const task = useTask();
  const [picture, setPicture] = useState<QrPicture>();
  const [isScanned, setIsScanned] = useState(false);
  const [round, setRound] = useState(0);
  const [mayUsePasskey, setMayUsePasskey] = useState(hasPasskey(session.challengeMethods));
  useEffect(() => {
    if (!supportsWebAuthn()) setMayUsePasskey(false);
  }, []);

  useEffect(() => {
    const stop = new AbortController();
    task.run(async () => {
      const answer = await followQrCode(
        client,
        session.action.actionCode,
        {
          shown: async (code) => setPicture(await drawQrCode(code)),
          scanned: () => setIsScanned(true),
        },
        stop.signal,
      );
      if (answer === 'approved') proved();
      if (answer !== 'rejected') return;
      // If the action has ended, the page shows how. If not, its phone is gone, or QR codes are.
      await refresh();
      task.tell(words.say('qr-code-verify.ended'));
    });
    return () => stop.abort();
  }, [round]);

  if (task.problem !== undefined) {
    return (
      <Screen icon="scan" heading={words.say('qr-code-verify.heading')}>
        <div class="Stack">
          <Problem task={task} />
          <PrimaryButton
            label={words.say('common.retry')}
            onClick={() => {
              setPicture(undefined);
              setIsScanned(false);
              setRound(round + 1);
            }}
          />
          <OtherWay />
        </div>
      </Screen>
    );
  }
  const { name: tenantName } = session.tenant;
  const description = words.say(isScanned ? 'qr-code-scanned.description' : 'qr-code-verify.description', {
    tenantName,
  });
  const offersPasskey = !isScanned && mayUsePasskey;
  return (
    <Screen
      icon={isScanned ? 'approve' : 'scan'}
      heading={words.say(isScanned ? 'qr-code-scanned.heading' : 'qr-code-verify.heading')}
      {...(offersPasskey ? {} : { description })}
    >
      <div class="Stack">
        <Context />
        {offersPasskey ? (
          <>
            <PasskeyFirst />
            <p class="Or">
              <span>{words.say('common.or')}</span>
            </p>
            <p class="Note">{description}</p>
          </>
        ) : null}
        {isScanned || picture === undefined ? null : (
          <QrCode picture={picture} label={words.say('qr-code-verify.imageLabel')} />
        )}
        <RememberTick />
        <p class="Waiting Note" role="status">
          <span class="Spinner" aria-hidden="true" />
          {words.say(isScanned ? 'qr-code-scanned.waiting' : 'qr-code-verify.waiting')}
        </p>
        <OtherWay />
      </div>
    </Screen>
  );
}

function hasPasskey(methods: readonly ChallengeMethod[]): boolean {
  return methods.some(({ verificationMethod, isHidden }) => verificationMethod === 'PASSKEY' && !isHidden);
}

/**
 * A passkey of the phone, before the code: the browser's own code for it works only beside the phone, and on this site
 * alone, while ours could be shown to somebody else (A24).
 */
function PasskeyFirst() {
  const { client, proved, words } = usePage();
  const { task, hint, start } = useCeremony({
    isProof: true,
    texts: { cancelled: 'passkey-verify.cancelled', exists: 'passkey-verify.refused' },
    ceremony: (signal) => provePasskey(client, signal, 'on a phone'),
    onVerified: proved,
  });
  return (
    <>
      <PrimaryButton
        label={words.say('qr-code-verify.passkeyCta')}
        busyLabel={words.say('passkey-verify.waiting')}
        isBusy={task.isBusy}
        onClick={() => start(true)}
      />
      <p class="Note">{words.say('qr-code-verify.passkeyHint')}</p>
      <Problem task={task} />
      <Hint>{hint === undefined ? '' : words.say(hint)}</Hint>
    </>
  );
}
