import { invitationTexts } from '#portal-texts/invitation.ts';
import { fill, fillNodes } from '../kit/fill.ts';
import { Link, useNavigate } from '@tanstack/react-router';
import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, LogIn, RectangleEllipsis } from 'lucide-react';
import { Suspense, lazy, useEffect, useState } from 'react';
import { CallError } from '../api/call.ts';
import { createPasskey, redeem } from '../api/ceremonies.ts';
import type { Redeemed } from '../api/ceremonies.ts';
import { goToIssuer } from '../api/issuer.ts';
import type { Session } from '../api/types.ts';
import { Button, Notice, Skeleton } from '../kit/parts.tsx';
import { ceremonyWords } from './ceremony-words.ts';
import { serverWords } from './server-words.ts';
import { Mark } from './mark.tsx';
import { useSignInWays } from './use-sign-in-ways.ts';
import { sessionKey } from './use-session.ts';

const PasswordSetUp = lazy(() => import('./password-set-up.tsx').then((found) => ({ default: found.PasswordSetUp })));

const key = 'sallyport.invitation';

/** What an earlier load of the page has redeemed. */
function kept(): Redeemed | undefined {
  try {
    const { token, email } = JSON.parse(sessionStorage.getItem(key) ?? '') as Partial<Redeemed>;
    return typeof token === 'string' && typeof email === 'string' ? { token, email } : undefined;
  } catch {
    return undefined;
  }
}

// The secret leaves the address bar and the history before anything else; this module loads with the page alone.
const secret = decodeURIComponent(location.hash.slice(1).replace(/%(?![0-9a-f]{2})/gi, '%25'));
if (secret !== '') history.replaceState(history.state, '', `${location.pathname}${location.search}`);

/** Redeeming uses the invitation up, so it waits for a click: programs that open links in mails do not click. */
export function Invitation() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [redeemed, setRedeemed] = useState(() => (secret === '' ? kept() : undefined));
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isGone, setGone] = useState(secret === '' && redeemed === undefined);
  const [isByPassword, setByPassword] = useState(false);
  const { data: ways } = useSignInWays();
  // Redeemed, it no longer makes an account at the issuer theirs.
  const issuer = redeemed === undefined ? ways?.oidc : undefined;

  useEffect(() => {
    document.title = invitationTexts.pageTitle;
  }, []);

  async function goIn(session: Session): Promise<void> {
    queries.setQueryData(sessionKey, session);
    await navigate({ to: '/', replace: true });
  }

  async function start(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const mine = redeemed ?? (await redeem(secret));
      sessionStorage.setItem(key, JSON.stringify({ token: mine.token, email: mine.email }));
      setRedeemed(mine);
      const session = await createPasskey(mine);
      sessionStorage.removeItem(key);
      await goIn(session);
    } catch (error) {
      const code = error instanceof CallError ? error.code : '';
      if (code === 'gone' || code === 'expired_token' || code === 'invalid_token') {
        sessionStorage.removeItem(key);
        setGone(true);
      } else setProblem(ceremonyWords(error));
      setBusy(false);
    }
  }

  async function startAtIssuer(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await goToIssuer('/v1/portal/oidc', '', { invitation: secret });
    } catch (error) {
      if (error instanceof CallError && error.code === 'gone') setGone(true);
      else setProblem(serverWords(error));
      setBusy(false);
    }
  }

  if (isGone) {
    return (
      <main className="Door">
        <div className="DoorCard">
          <Mark />
          <h1>{invitationTexts.gone}</h1>
          <p className="DoorText">{invitationTexts.goneText}</p>
          <Link to="/sign-in" className="Button Button-plain Wide">
            {invitationTexts.signIn}
          </Link>
        </div>
      </main>
    );
  }
  return (
    <main className="Door">
      <div className="DoorCard">
        <Mark />
        <h1>{invitationTexts.heading}</h1>
        <p className="DoorText">
          {redeemed === undefined ? (
            invitationTexts.text
          ) : (
            <>{fillNodes(invitationTexts.textNamed, { email: <strong>{redeemed.email}</strong> })}</>
          )}
        </p>
        <Button look={isByPassword ? 'plain' : 'main'} className="Wide" isBusy={isBusy} onClick={() => void start()}>
          <KeyRound size={15} aria-hidden />
          {isBusy ? invitationTexts.waitingForPasskey : invitationTexts.makeAPasskey}
        </Button>
        {issuer === undefined ? null : (
          <Button className="Wide" isBusy={isBusy} onClick={() => void startAtIssuer()}>
            <LogIn size={15} aria-hidden />
            {fill(invitationTexts.byIssuer, { name: issuer.name })}
          </Button>
        )}
        {ways?.password !== true || redeemed !== undefined || isByPassword ? null : (
          <Button className="Wide" isBusy={isBusy} onClick={() => setByPassword(true)}>
            <RectangleEllipsis size={15} aria-hidden />
            {invitationTexts.byPassword}
          </Button>
        )}
        <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
        {isByPassword && redeemed === undefined ? (
          <Suspense fallback={<Skeleton label={invitationTexts.formLoading} lines={4} />}>
            <PasswordSetUp invitation={secret} goIn={goIn} gone={() => setGone(true)} />
          </Suspense>
        ) : null}
        <p className="DoorNote">{invitationTexts.replacesNote}</p>
      </div>
    </main>
  );
}
