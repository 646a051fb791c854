import { useEffect, useState } from 'preact/hooks';
import { followQrCode } from '../../../sdk/browser/index.ts';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, PrimaryButton, Problem, RememberTick, Screen } from '../../ui/kit/parts.tsx';
import { QrCode, drawQrCode } from '../../ui/kit/qr-code.tsx';
import type { QrPicture } from '../../ui/kit/qr-code.tsx';
import { useTask } from '../../ui/kit/use-task.ts';

export const page: MethodPage = { Challenge: Scan };

/** Shows codes that are renewed every half minute, until a phone has scanned one and its user has answered. */
function Scan() {
  const { client, proved, refresh, session, words } = usePage();
  const task = useTask();
  const [picture, setPicture] = useState<QrPicture>();
  const [isScanned, setIsScanned] = useState(false);
  const [round, setRound] = useState(0);

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
      // The action has ended: the page shows how.
      if (answer === 'rejected') await refresh();
    });
    return () => stop.abort();
  }, [round]);

  if (task.problem !== undefined) {
    return (
      <Screen icon="app" heading={words.say('qr-code-verify.heading')}>
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
  return (
    <Screen
      icon="app"
      heading={words.say(isScanned ? 'qr-code-scanned.heading' : 'qr-code-verify.heading')}
      description={words.say(isScanned ? 'qr-code-scanned.description' : 'qr-code-verify.description', { tenantName })}
    >
      <div class="Stack">
        <Context />
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
