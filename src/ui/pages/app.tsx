/** The page: the current screen, the ways back and out, and what happens between screens. Also drawn on the server. */
import { useEffect, useErrorBoundary, useLayoutEffect, useState } from 'preact/hooks';
import type { Client } from '../../../sdk/browser/index.ts';
import type { ChallengePage } from '../../contract/pages/challenge.ts';
import type { UiSession } from '../../contract/client/ui-session.ts';
import { hasPasskeyHere, mayOfferPasskey } from '../kit/device-memory.ts';
import { Drawing } from '../kit/icons.tsx';
import type { ChallengeMethod } from '../kit/method-page.ts';
import { PageContext, ReadyContext, WordsContext, usePage } from '../kit/page.ts';
import type { Page, Words } from '../kit/page.ts';
import { TextButton } from '../kit/parts.tsx';
import { wordsOf } from '../kit/words.ts';
import {
  firstView,
  isClosed,
  viewAfterEnrolment,
  viewAfterProof,
  viewAfterRecoveryCodes,
  viewAfterSettingUp,
} from './flow.ts';
import type { View } from './flow.ts';
import { laterScreens, loadLaterScreens } from './later.ts';
import type { LaterScreenProps } from './later-screens.tsx';
import { Logo } from './logo.tsx';
import { loadMethodPage, methodPage, methodsWithPages } from './method-pages.ts';
import { PickerScreen } from './picker-screen.tsx';
import { DoneScreen, EndScreen, EnrolledScreen } from './result-screens.tsx';

/** What only a browser can do. The server draws with an implementation that does nothing. */
export interface Surroundings {
  readonly client: Client;
  readonly isPopup: boolean;
  readonly mayStart: boolean;
  /** Whether this device can store a passkey. */
  canKeepPasskey(): Promise<boolean>;
  /** Leaves with the newest token; undefined if there is no URL to go to. */
  readonly leave: (() => void) | undefined;
  /** Whether the user must enrol a method before they may leave. */
  readonly mustEnrol: boolean;
  readonly nowMs: () => number;
  /** Called with each newer token. */
  keepToken(): void;
  reload(): void;
}

export function App({ page, around }: { readonly page: ChallengePage; readonly around: Surroundings }) {
  const [session, setSession] = useState(page.kind === 'session' ? page.session : undefined);
  const [view, setView] = useState<View>(() =>
    page.kind === 'session' ? firstView(page.session) : { name: 'expired' },
  );
  const [trail, setTrail] = useState<readonly View[]>([]);
  /** The methods enrolled in this visit. */
  const [setUp, setSetUp] = useState<readonly string[]>([]);
  const [isRememberWanted, setRememberWanted] = useState(false);
  const [isBroken] = useErrorBoundary();
  const [isReady, setReady] = useState(false);
  // As soon as the server's drawing has been hydrated, and before the next paint.
  useLayoutEffect(() => setReady(true), []);

  const { locale, texts } = page.kind === 'session' ? page.session : page;
  const tenant = page.kind === 'session' ? page.session.tenant : page.tenant;
  const words = wordsOf(locale, texts, { tenantName: tenant?.name ?? '' });
  const shown: View = isBroken === undefined ? view : { name: 'error' };

  useEffect(() => {
    window.scrollTo(0, 0);
  }, [shown]);

  useEffect(() => {
    const onExpired = () => setView({ name: 'expired' });
    addEventListener('sallyport-expired', onExpired);
    return () => removeEventListener('sallyport-expired', onExpired);
  }, []);

  /** Another screen of the same journey; the way back leads to the one before. */
  const go = (next: View) => {
    setTrail([...trail, shown]);
    setView(next);
  };
  /** A new part of the journey, from which there is no way back. */
  const start = (next: View) => {
    setTrail([]);
    setView(next);
  };
  const back = () => {
    const before = trail.at(-1);
    if (before === undefined) return;
    setTrail(trail.slice(0, -1));
    setView(before);
  };

  async function refresh(): Promise<UiSession | undefined> {
    around.keepToken();
    const fresh = await around.client.call<UiSession>('GET', `/ui/session?locale=${encodeURIComponent(locale)}`);
    setSession(fresh);
    // It was declined or blocked elsewhere: nothing can be proven or enrolled any more.
    if (isClosed(fresh)) start(firstView(fresh));
    return fresh;
  }

  const keepSent: Page['keepSent'] = (message) => {
    const isOther = (one: typeof message) =>
      one.verificationMethod !== message.verificationMethod || one.isEnrolment !== message.isEnrolment;
    setSession((now) => now && { ...now, sent: [message, ...now.sent.filter(isOther)] });
  };

  /** The proof is valid, whatever happens while the page finds out what comes next. */
  async function onProved(): Promise<void> {
    around.keepToken();
    const fresh = await refresh().catch(() => undefined);
    if (fresh === undefined) {
      start({ name: 'done' });
      return;
    }
    const next = viewAfterProof(fresh, await isPasskeyWelcome(fresh));
    // Not yet if a passkey may be added: that would forget the device again.
    if (next.name !== 'uplift') await remember(fresh);
    start(next);
  }

  /** Presents this browser's cookie after a proof; the user waits only for what they have asked for. */
  async function remember(fresh: UiSession): Promise<void> {
    if (fresh.rememberDevice === undefined) return;
    const done = around.client.rememberDevice(isRememberWanted).catch(() => undefined);
    if (isRememberWanted) await done;
  }

  async function onUplifted(isCreated: boolean, next: View): Promise<void> {
    if (isCreated) onSetUp('PASSKEY');
    if (session !== undefined) await remember(session);
    start(next);
  }

  /** What only the browser knows: that it can store a passkey, has none, and none was declined recently. */
  async function isPasskeyWelcome(fresh: UiSession): Promise<boolean> {
    return !hasPasskeyHere(fresh) && mayOfferPasskey(fresh, around.nowMs()) && (await around.canKeepPasskey());
  }

  const onSetUp = (method: string) => setSetUp((before) => [...before.filter((other) => other !== method), method]);

  async function onEnrolled(method: string, isFromSettings: boolean): Promise<void> {
    onSetUp(method);
    around.keepToken();
    const wasEnrolled = session?.isEnrolled === true;
    const fresh = await refresh().catch(() => undefined);
    if (isFromSettings) start({ name: 'settings' });
    else if (fresh === undefined) start({ name: 'enrolled' });
    else start(wasEnrolled ? viewAfterSettingUp(fresh) : viewAfterEnrolment(fresh, await isPasskeyWelcome(fresh)));
  }

  async function onCodesKept(): Promise<void> {
    onSetUp('RECOVERY_CODE');
    if (session !== undefined) start(viewAfterRecoveryCodes(session, await isPasskeyWelcome(session)));
  }

  const hasBack = trail.length > 0 && !isOver(shown);
  const hasExit = isUndecided(shown) && !(around.mustEnrol && session?.isEnrolled === false);
  const exit = hasExit ? (
    <TextButton label={words.say('common.cancel')} isQuiet onClick={around.leave ?? (() => go({ name: 'quit' }))} />
  ) : null;
  const isExitBelow = tenant?.theme.container?.exitPosition === 'bottom';

  return (
    <ReadyContext.Provider value={isReady}>
      <WordsContext.Provider value={words}>
        {hasBack || (hasExit && !isExitBelow) ? (
          <div class="Bar">
            <div class="HeaderBandSide">
              {hasBack ? (
                <button
                  type="button"
                  class="text-link text-link--quiet text-link--icon"
                  aria-label={words.say('common.back')}
                  onClick={back}
                >
                  <Drawing name="back" />
                </button>
              ) : null}
            </div>
            <div class="HeaderBandSide">{isExitBelow ? null : exit}</div>
          </div>
        ) : null}
        {tenant === undefined ? null : <Logo theme={tenant.theme} position="inside" />}
        <Connection words={words} />
        <Shown
          key={viewKey(shown)}
          {...{ view: shown, session, around, words, go, start, back, keepSent, refresh, trail, setUp }}
          {...{ onProved, onEnrolled, onUplifted, onCodesKept, isRememberWanted, setRememberWanted }}
        />
        {isExitBelow && exit !== null ? <div class="Exit--bottom">{exit}</div> : null}
      </WordsContext.Provider>
    </ReadyContext.Provider>
  );
}

interface ShownParts {
  readonly view: View;
  readonly session: UiSession | undefined;
  readonly around: Surroundings;
  readonly words: Words;
  readonly trail: readonly View[];
  go(next: View): void;
  start(next: View): void;
  back(): void;
  readonly keepSent: Page['keepSent'];
  refresh(): Promise<UiSession | undefined>;
  onProved(): Promise<void>;
  /** The methods enrolled in this visit, in order. */
  readonly setUp: readonly string[];
  onEnrolled(method: string, isFromSettings: boolean): Promise<void>;
  onUplifted(isCreated: boolean, next: View): Promise<void>;
  readonly isRememberWanted: boolean;
  setRememberWanted(isWanted: boolean): void;
  onCodesKept(): Promise<void>;
}

function Shown(parts: ShownParts) {
  const { view, session, around } = parts;
  switch (view.name) {
    case 'blocked':
    case 'failed':
    case 'review':
    case 'cannot-confirm':
    case 'expired':
      return <EndScreen name={view.name} onGo={around.leave} />;
    case 'error':
      return <EndScreen name="error" onGo={around.reload} />;
    case 'done':
      return <DoneScreen leave={around.leave} what={session?.action.message ?? session?.action.label} />;
    case 'quit':
      return <EndScreen name="quit" onGo={parts.back} />;
    case 'enrolled':
      return <EnrolledScreen methods={parts.setUp} onGo={() => parts.start({ name: 'done' })} />;
    default:
      return session === undefined ? (
        <EndScreen name="expired" onGo={around.leave} />
      ) : (
        <Within {...parts} view={view} session={session} />
      );
  }
}

type InnerView = Extract<
  View,
  {
    name:
      'challenge' | 'enrolment' | 'challenge-picker' | 'enrolment-picker' | 'recovery-codes' | 'uplift' | 'settings';
  }
>;

/** Screens of a session in progress. */
function Within(parts: ShownParts & { readonly view: InnerView; readonly session: UiSession }) {
  const { view, session, around, words, go, keepSent, refresh } = parts;
  const { onProved, onEnrolled, onUplifted, onCodesKept } = parts;
  const isFromSettings = 'isFromSettings' in view && view.isFromSettings === true;
  const offered = session.challengeMethods.filter(
    ({ isHidden, verificationMethod }) => !isHidden && hasPage(verificationMethod),
  );
  const enrollable = session.enrolmentMethods.filter(({ verificationMethod }) => hasPage(verificationMethod));
  const page: Page = {
    // Changing an address means entering another one.
    session: isFromSettings ? { ...session, options: { ...session.options, askForEmail: true } } : session,
    words,
    client: around.client,
    mayStart: around.mayStart,
    remembering: rememberingHere(),
    proved: () => void onProved(),
    enrolled: () => void ('method' in view ? onEnrolled(view.method, isFromSettings) : undefined),
    keepSent,
    refresh,
    otherWay: otherWayOf(),
  };

  function otherWayOf(): (() => void) | undefined {
    if (view.name === 'challenge') {
      const others = offered.some(({ verificationMethod }) => verificationMethod !== view.method);
      return others ? () => go({ name: 'challenge-picker' }) : undefined;
    }
    if (view.name === 'enrolment' && !isFromSettings) {
      return enrollable.length > 1 ? () => go({ name: 'enrolment-picker' }) : undefined;
    }
    return undefined;
  }

  /** Only where the user confirms; a recovery code proves too little for it. */
  function rememberingHere(): Page['remembering'] {
    const { rememberDevice: offer } = session;
    if (offer === undefined || view.name !== 'challenge' || view.method === 'RECOVERY_CODE') return undefined;
    return { days: offer.days, isWanted: parts.isRememberWanted, choose: parts.setRememberWanted };
  }

  return <PageContext.Provider value={page}>{draw()}</PageContext.Provider>;

  function draw() {
    switch (view.name) {
      case 'challenge':
        return <MethodScreen method={view.method} kind="Challenge" />;
      case 'enrolment':
        return <MethodScreen method={view.method} kind="Enrolment" />;
      case 'challenge-picker':
        return (
          <PickerScreen
            kind="challenge"
            choices={offered.map(({ verificationMethod, identifier }) => ({ method: verificationMethod, identifier }))}
            onPick={(method) => go({ name: 'challenge', method })}
          />
        );
      case 'enrolment-picker':
        return (
          <PickerScreen
            kind="enrolment"
            choices={enrollable.map(({ verificationMethod }) => ({ method: verificationMethod }))}
            onPick={(method) => go({ name: 'enrolment', method, isFromSettings })}
          />
        );
      case 'recovery-codes':
      case 'uplift':
      case 'settings':
        return (
          <Later
            name={view.name}
            onKept={() => void onCodesKept()}
            onUplifted={(isCreated) =>
              void onUplifted(isCreated, 'isAfterEnrolment' in view ? viewAfterSettingUp(session) : { name: 'done' })
            }
            onAdd={enrollable.length === 0 ? undefined : () => go({ name: 'enrolment-picker', isFromSettings: true })}
            onChange={(method) => go({ name: 'enrolment', method, isFromSettings: true })}
            onDone={around.leave}
          />
        );
    }
  }
}

function MethodScreen({ method, kind }: { readonly method: string; readonly kind: 'Challenge' | 'Enrolment' }) {
  const { session, words } = usePage();
  const screens = useOnDemand(methodPage(method), () => loadMethodPage(method));
  if (screens === undefined) return <Loading words={words} />;
  if (kind === 'Enrolment') return screens.Enrolment === undefined ? null : <screens.Enrolment />;
  if (screens.Challenge === undefined) return null;
  const way = session.challengeMethods.find(({ verificationMethod }) => verificationMethod === method);
  // A method that was locked meanwhile is still shown: its screen says so.
  const gone = { verificationMethod: method as ChallengeMethod['verificationMethod'], isHidden: false };
  return <screens.Challenge method={way ?? gone} />;
}

function Later(props: LaterScreenProps) {
  const { words } = usePage();
  const screens = useOnDemand(laterScreens(), loadLaterScreens);
  return screens === undefined ? <Loading words={words} /> : <screens.LaterScreen {...props} />;
}

/** Screens that may have to be loaded first; if that fails, the page is broken. */
function useOnDemand<Screens>(
  known: Screens | undefined,
  load: () => Promise<Screens | undefined>,
): Screens | undefined {
  const [screens, setScreens] = useState(() => known);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (screens === undefined) load().then((loaded) => setScreens(() => loaded), setError);
  }, []);
  if (error !== undefined) throw error;
  return screens;
}

function Loading({ words }: { readonly words: Words }) {
  return (
    <main>
      <p class="Waiting" role="status">
        <span class="Spinner Spinner--large" aria-hidden="true" />
        {words.say('common.wait')}
      </p>
    </main>
  );
}

/** Reports that there is no connection, and once when it is back. */
function Connection({ words }: { readonly words: Words }) {
  const [state, setState] = useState<'online' | 'offline' | 'back'>('online');
  useEffect(() => {
    const onOffline = () => setState('offline');
    const onOnline = () => setState('back');
    if (!navigator.onLine) onOffline();
    addEventListener('offline', onOffline);
    addEventListener('online', onOnline);
    return () => {
      removeEventListener('offline', onOffline);
      removeEventListener('online', onOnline);
    };
  }, []);
  return (
    <div role="status" class="Live">
      {state === 'online' ? null : (
        <div class="Banner">{words.say(state === 'offline' ? 'common.offline' : 'common.online')}</div>
      )}
    </div>
  );
}

function hasPage(method: string): boolean {
  return methodsWithPages.includes(method);
}

/** Whether there is nothing to go back from. */
function isOver({ name }: View): boolean {
  return [
    'done',
    'enrolled',
    'quit',
    'blocked',
    'failed',
    'review',
    'cannot-confirm',
    'expired',
    'error',
    'uplift',
  ].includes(name);
}

/** Whether leaving now leaves something unconfirmed, so that there is something to cancel. */
function isUndecided(view: View): boolean {
  if ('isFromSettings' in view && view.isFromSettings === true) return false;
  return ['challenge', 'enrolment', 'challenge-picker', 'enrolment-picker'].includes(view.name);
}

/** Screens with different keys are different screens: text typed into one never appears in another. */
function viewKey(view: View): string {
  return 'method' in view ? `${view.name} ${view.method}` : view.name;
}
