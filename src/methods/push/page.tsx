import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../../sdk/browser/index.ts';
import type { Verification } from '../../../sdk/browser/index.ts';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, PrimaryButton, Problem, RememberTick, Screen, TextButton } from '../../ui/kit/parts.tsx';
import { useTask } from '../../ui/kit/use-task.ts';

const pollMs = 2_000;
/** Whoever has the phone at hand has answered by then: others are shown what else they can do. */
const lateMs = 30_000;

interface Asked {
  readonly challengeId: string;
  readonly verificationCode?: string;
}

interface Answer extends Verification {
  readonly isConsumed: boolean;
  readonly rejection?: 'REFUSED' | 'NOT_ME' | 'WRONG_NUMBER';
}

export const page: MethodPage = {
  Challenge() {
    const { client, words, proved, refresh, otherWay } = usePage();
    const task = useTask();
    const [asked, setAsked] = useState<Asked>();
    const [isLate, setIsLate] = useState(false);

    const ask = (unlessOpen: boolean) =>
      task.run(async () => {
        setIsLate(false);
        // A page that is opened again goes on with the request that is open, and shows its number again.
        setAsked(await client.call<Asked>('POST', '/challenge/push', { numberMatching: true, unlessOpen }));
      });
    useEffect(() => ask(true), []);

    const answered = (answer: Answer) => {
      if (answer.isVerified) {
        proved();
        return;
      }
      setAsked(undefined);
      if (answer.rejection === 'WRONG_NUMBER') task.tell(words.say('push-wait.wrongNumber'));
      // A refusal has ended the action: the page shows that.
      else refresh().catch(() => undefined);
    };

    const challengeId = asked?.challengeId;
    useEffect(() => {
      if (challengeId === undefined) return undefined;
      let isOver = false;
      const poll = async () => {
        const answer = await client.prove('/verify/push', { challengeId }).then(
          (reply) => reply as Answer,
          // A temporary failure must not end the polling; a final refusal by the server does.
          (error: unknown) => (error instanceof ApiError && error.status < 429 ? 'over' : undefined),
        );
        if (isOver) return;
        if (answer === 'over') refresh().catch(() => undefined);
        else if (answer?.isConsumed === true) answered(answer);
        else timer = setTimeout(() => void poll(), pollMs);
      };
      let timer = setTimeout(() => void poll(), pollMs);
      const late = setTimeout(() => setIsLate(true), lateMs);
      return () => {
        isOver = true;
        clearTimeout(timer);
        clearTimeout(late);
      };
    }, [challengeId]);

    return (
      <Screen icon="phone" heading={words.say('push-wait.heading')} description={words.say('push-wait.description')}>
        <Context />
        <div class="Stack">
          <Problem task={task} />
          {asked?.verificationCode === undefined ? null : (
            <p class="Number">
              <span class="Heard">{words.say('push-wait.number')} </span>
              <strong>{asked.verificationCode}</strong>
            </p>
          )}
          {asked === undefined ? (
            <PrimaryButton
              label={words.say('push-wait.again')}
              busyLabel={words.say('push-wait.asking')}
              isBusy={task.isBusy}
              onClick={() => ask(false)}
            />
          ) : (
            <p class="Waiting Note" role="status">
              <span class="Spinner" aria-hidden="true" />
              {words.say(isLate ? 'push-wait.late' : 'push-wait.waiting')}
            </p>
          )}
          <RememberTick />
          {isLate && asked !== undefined ? (
            <>
              {otherWay === undefined ? null : (
                <PrimaryButton label={words.say('common.otherWay')} onClick={otherWay} />
              )}
              <TextButton label={words.say('push-wait.again')} onClick={() => ask(false)} />
            </>
          ) : (
            <OtherWay />
          )}
        </div>
      </Screen>
    );
  },
};
