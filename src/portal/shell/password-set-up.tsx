import { commonTexts } from '#portal-texts/kit.ts';
import { passwordSetUpTexts } from '#portal-texts/invitation.ts';
import { fillNodes } from '../kit/fill.ts';
import { useEffect, useRef, useState } from 'react';
import { drawQrCode } from '../../ui/kit/draw-qr-code.ts';
import type { QrPicture } from '../../ui/kit/draw-qr-code.ts';
import { CallError, call } from '../api/call.ts';
import type { AppSetUp, Session } from '../api/types.ts';
import { NewPassword } from '../kit/new-password.tsx';
import { Button, Copyable, Notice, Skeleton } from '../kit/parts.tsx';
import { CodeField } from './code-field.tsx';
import { serverWords } from './server-words.ts';
import { usePasswordCall } from './use-password-call.ts';

type Shown = AppSetUp & { readonly picture: QrPicture };

/** Redeems an invitation by a password and an authenticator app: nothing counts before both are there. */
export function PasswordSetUp({
  invitation,
  goIn,
  gone,
}: {
  readonly invitation: string;
  readonly goIn: (session: Session) => Promise<void>;
  readonly gone: () => void;
}) {
  const [shown, setShown] = useState<Shown>();
  const [failed, setFailed] = useState<string>();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = useRef<HTMLParagraphElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  const { send, isBusy, problem } = usePasswordCall('/v1/portal/invitations/password', goIn, (why) => {
    if (why === 'gone') gone();
    else if (why === 'forbidden') codeField.current?.select();
  });

  async function load(): Promise<void> {
    setFailed(undefined);
    try {
      const setUp = await call<AppSetUp>('POST', '/v1/portal/invitations/app', { body: { invitation } });
      setShown({ ...setUp, picture: await drawQrCode(setUp.uri) });
    } catch (error) {
      if (error instanceof CallError && error.code === 'gone') gone();
      else setFailed(serverWords(error));
    }
  }
  useEffect(() => void load(), []);
  const isShown = shown !== undefined;
  useEffect(() => begin.current?.focus(), [isShown]);

  if (failed !== undefined) {
    return (
      <>
        <div role="alert">
          <Notice tone="bad">{failed}</Notice>
        </div>
        <Button className="Wide" onClick={() => void load()}>
          {commonTexts.tryAgain}
        </Button>
      </>
    );
  }
  if (shown === undefined) return <Skeleton label={passwordSetUpTexts.formLoading} lines={4} />;
  const { email, uri, secret, setUp, picture } = shown;
  return (
    <form
      className="DoorForm"
      onSubmit={(event) => {
        event.preventDefault();
        void send({ invitation, setUp, password, verificationCode: code });
      }}
    >
      <p ref={begin} tabIndex={-1}>
        {fillNodes(passwordSetUpTexts.text, { email: <strong>{email}</strong> })}
      </p>
      <NewPassword label={passwordSetUpTexts.password} email={email} value={password} change={setPassword} />
      <p>{passwordSetUpTexts.scanText}</p>
      <div className="Qr" role="img" aria-label={passwordSetUpTexts.qrCode}>
        <svg viewBox={`0 0 ${picture.size} ${picture.size}`} shapeRendering="crispEdges" aria-hidden>
          <path d={picture.path} />
        </svg>
      </div>
      <details className="DoorHelp">
        <summary>{passwordSetUpTexts.cannotScan}</summary>
        <p>
          {fillNodes(passwordSetUpTexts.typeKey, {
            key: <Copyable value={secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} label={passwordSetUpTexts.copyKey} />,
          })}
        </p>
        <p>{fillNodes(passwordSetUpTexts.onPhone, { link: (words) => <a href={uri}>{words}</a> })}</p>
      </details>
      <CodeField label={passwordSetUpTexts.code} value={code} change={setCode} field={codeField} />
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <Button look="main" type="submit" className="Wide" isBusy={isBusy}>
        {isBusy ? passwordSetUpTexts.comingIn : passwordSetUpTexts.comeIn}
      </Button>
    </form>
  );
}
