/** The common part of messages that are sent to a person: sending, and sending again. */
import { useContext, useEffect, useState } from 'preact/hooks';
import type { SentMessage } from '../../../sdk/browser/index.ts';
import type { UiSession } from '../../contract/client/ui-session.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { Problem, Status, TextButton } from './parts.tsx';
import { ReadyContext, usePage } from './page.ts';
import { useTask } from './use-task.ts';
import type { Task } from './use-task.ts';
import { sayDuration } from './words.ts';

export interface Sending {
  readonly task: Task;
  /** The latest message; undefined until there is one. */
  readonly sent: SentMessage | undefined;
  /** Also true before the first message, so that nothing else is offered where the sending is reported. */
  readonly isSending: boolean;
  /** Seconds until another may be requested; 0 if now. */
  readonly waitSeconds: number;
  readonly hasResent: boolean;
  resend(): void;
}

export type Kind = Pick<UiSession['sent'][number], 'verificationMethod' | 'isEnrolment'>;

/** The message of a kind that can be answered, as far as the page knows. */
export function useSent(kind: Kind): SentMessage | undefined {
  return usePage().session.sent.find(
    ({ verificationMethod, isEnrolment }) =>
      verificationMethod === kind.verificationMethod && isEnrolment === kind.isEnrolment,
  );
}

/**
 * Sends when the screen appears, unless a message can still be answered, and again on request, but not too often.
 * `known` is what the server knew when it drew the first screen, and is reliable; later screens ask the server, unless
 * it has just said so (`isFresh`).
 */
export function useSending(
  kind: Kind,
  known: SentMessage | undefined,
  send: (options: { readonly unlessOpen: boolean }) => Promise<{ readonly sent: SentMessage }>,
  { isFresh = false } = {},
): Sending {
  const { keepSent } = usePage();
  const task = useTask();
  const isLater = useContext(ReadyContext);
  const [{ sent, atMs }, setSent] = useState<{ sent: SentMessage | undefined; atMs: number | undefined }>(() => ({
    sent: isLater && !isFresh ? undefined : known,
    atMs: isFresh ? performance.now() : undefined,
  }));
  const [waitSeconds, setWait] = useState(sent?.resendInSeconds ?? 0);
  const [hasResent, setResent] = useState(false);
  const [hasBegun, setBegun] = useState(sent !== undefined);

  const sendNow = (isAgain: boolean) =>
    task.run(async () => {
      setResent(false);
      const reply = await send({ unlessOpen: !isAgain });
      setSent({ sent: reply.sent, atMs: performance.now() });
      setWait(reply.sent.resendInSeconds);
      setResent(isAgain);
      keepSent({ ...kind, ...reply.sent });
    });
  useEffect(() => {
    setBegun(true);
    if (sent === undefined) sendNow(false);
  }, []);
  useEffect(() => {
    if (sent === undefined) return undefined;
    // Counted from when it was reported, not in ticks: browsers throttle ticks of a tab in the background.
    const dueMs = (atMs ?? drawnAtMs()) + sent.resendInSeconds * 1000;
    const count = () => {
      const seconds = Math.max(0, Math.ceil((dueMs - performance.now()) / 1000));
      setWait(seconds);
      if (seconds === 0) clearInterval(timer);
    };
    const timer = setInterval(count, 1000);
    count();
    return () => clearInterval(timer);
  }, [sent]);

  return { task, sent, isSending: task.isBusy || !hasBegun, waitSeconds, hasResent, resend: () => sendNow(true) };
}

/** When the first screen arrived, by the clock of `performance.now()`: its code may have loaded later. */
function drawnAtMs(): number {
  const [navigation] = performance.getEntriesByType('navigation');
  return navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : performance.now();
}

/** Requests another message, once the wait after the last one is over. */
export function Resend({
  sending,
  texts,
}: {
  sending: Sending;
  texts: { readonly resend: PageTextId; readonly resendIn: PageTextId; readonly resent: PageTextId };
}) {
  const { words } = usePage();
  const { task, sent, isSending, waitSeconds, hasResent } = sending;
  return (
    <>
      <Problem task={task} />
      {sent?.mayNotArrive === true && <p class="Note">{words.say('code.mayNotArrive')}</p>}
      <Status>{hasResent ? words.say(texts.resent) : ''}</Status>
      {isSending ? (
        <p class="Waiting Note">
          <span class="Spinner" aria-hidden="true" />
          {words.say('common.wait')}
        </p>
      ) : waitSeconds > 0 ? (
        // Not a live region: screen readers would read out every second.
        <p class="Waiting Note">{words.say(texts.resendIn, { time: sayDuration(words.locale, waitSeconds) })}</p>
      ) : (
        <TextButton label={words.say(texts.resend)} onClick={sending.resend} />
      )}
    </>
  );
}
