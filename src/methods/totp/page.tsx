import { useEffect, useState } from 'preact/hooks';
import { CodeForm } from '../../ui/kit/code-form.tsx';
import { CopyButton } from '../../ui/kit/copy-button.tsx';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { drawQrCode } from '../../ui/kit/draw-qr-code.ts';
import type { QrPicture } from '../../ui/kit/draw-qr-code.ts';
import { QrCode } from '../../ui/kit/qr-code.tsx';
import { Context, OtherWay, PrimaryButton, Problem, Screen, SlowNote } from '../../ui/kit/parts.tsx';
import { useTask } from '../../ui/kit/use-task.ts';

// The codes of an authenticator app that is set up here (client-api 5.1).
const digits = 6;

export const page: MethodPage = {
  Challenge() {
    const { client, proved, session, words } = usePage();
    const own = session.challengeMethods.find(({ verificationMethod }) => verificationMethod === 'AUTHENTICATOR_APP');
    return (
      <Screen
        icon="app"
        heading={words.say('totp-code-entry.heading')}
        description={words.say('totp-code-entry.description', { tenantName: session.tenant.name })}
      >
        <Context />
        <CodeForm
          method="AUTHENTICATOR_APP"
          label={words.say('code.label')}
          submitLabel={words.say('totp-code-entry.primaryCta')}
          length={own?.codeLength ?? digits}
          verify={(code) => client.prove('/verify/totp', { verificationCode: code })}
          onVerified={proved}
        >
          <OtherWay />
        </CodeForm>
      </Screen>
    );
  },

  Enrolment: Connect,
};

interface Secret {
  readonly uri: string;
  readonly secret: string;
  readonly picture: QrPicture;
}

function Connect() {
  const { client, enrolled, session, words } = usePage();
  const task = useTask();
  const [secret, setSecret] = useState<Secret>();

  const load = () =>
    task.run(async () => {
      const { uri, secret: text } = await client.call<Pick<Secret, 'uri' | 'secret'>>(
        'POST',
        '/user-authenticators/totp',
        {},
      );
      setSecret({ uri, secret: text, picture: await drawQrCode(uri) });
    });
  useEffect(load, []);

  if (secret === undefined) {
    return (
      <Screen icon="app" heading={words.say('totp-setup.heading')}>
        <div class="Stack">
          <Problem task={task} />
          {task.isBusy || task.problem === undefined ? (
            <p class="Waiting">
              <span class="Spinner Spinner--large" aria-hidden="true" />
              {words.say('common.wait')}
            </p>
          ) : (
            <PrimaryButton label={words.say('common.retry')} onClick={load} />
          )}
          <SlowNote isBusy={task.isBusy} />
          <OtherWay />
        </div>
      </Screen>
    );
  }
  const { picture } = secret;
  return (
    <Screen
      heading={words.say('totp-setup.heading')}
      description={
        <>
          <span class="OffPhone">{words.say('totp-setup.description')}</span>
          <span class="OnPhone">{words.say('totp-setup.onPhone')}</span>
        </>
      }
    >
      <div class="Stack">
        <Problem task={task} />
        <a class="Button Button--primary OnPhone" href={secret.uri}>
          {words.say('totp-setup.openApp')}
        </a>
        <QrCode picture={picture} label={words.say('totp-setup.imageLabel')} />
        <details>
          <summary class="text-link">{words.say('totp-setup.secretLabel')}</summary>
          <code class="Secret">{secret.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
          <div class="Row">
            <CopyButton
              label={words.say('totp-setup.copy')}
              copied={words.say('totp-setup.copied')}
              text={secret.secret}
              task={task}
            />
            <a class="text-link OffPhone" href={secret.uri}>
              {words.say('totp-setup.openApp')}
            </a>
          </div>
        </details>
        {session.options.hideTotpAppDownload ? null : (
          <details>
            <summary class="text-link">{words.say('totp-download.heading')}</summary>
            <p class="Note">{words.say('totp-download.description')}</p>
          </details>
        )}
      </div>
      <CodeForm
        method="AUTHENTICATOR_APP"
        label={words.say('code.label')}
        submitLabel={words.say('totp-setup.primaryCta')}
        length={digits}
        verify={(code) => client.prove('/verify/totp', { verificationCode: code })}
        onVerified={enrolled}
      >
        <OtherWay />
      </CodeForm>
    </Screen>
  );
}
