import { useEffect, useState } from 'preact/hooks';
import { followPush } from '../../../sdk/browser/index.ts';
import type { PushAnswer } from '../../../sdk/browser/index.ts';
import type { MethodPage } from '../../ui/kit/method-page.ts';
import { usePage } from '../../ui/kit/page.ts';
import { Context, OtherWay, PrimaryButton, Problem, RememberTick, Screen, TextButton } from '../../ui/kit/parts.tsx';
import { useTask } from '../../ui/kit/use-task.ts';

/** Whoever has the phone at hand has answered by then: others are shown what else they can do. */
const lateMs = 30_000;

interface Asked {
  readonly challengeId: string;
  readonly verificationCode?: string;
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

    const answered = (answer: PushAnswer) => {
      if (answer === 'approved') {
        proved();
        return;
      }
      setAsked(undefined);
      if (answer === 'WRONG_NUMBER') {
        task.tell(words.say('push-wait.wrongNumber'));
        return;
      }
      // If the action lives on, its phone is gone, or pushes are.
      if (answer === 'ended') task.tell(words.say('push-wait.ended'));
      // A refusal has ended the action: the page shows that.
      refresh().catch(() => undefined);
    };

    const challengeId = asked?.challengeId;
    useEffect(() => {
      if (challengeId === undefined) return undefined;
      const stop = new AbortController();
      void followPush(client, challengeId, stop.signal).then(answered);
      const late = setTimeout(() => setIsLate(true), lateMs);
      return () => {
        stop.abort();
        clearTimeout(late);
      };
    }, [challengeId]);

    return (
      <Screen icon="approve" heading={words.say('push-wait.heading')} description={words.say('push-wait.description')}>
        <div class="Stack">
          <Context />
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
