import { mailTexts } from '#portal-texts/mail.ts';
import { fill } from '../kit/fill.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { MailChoice } from '../api/types.ts';
import { wordsOf } from '../api/words-of.ts';
import { Failure, PageHead, Skeleton } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';

type Topic = MailChoice['topics'][number];

const topics: readonly (readonly [Topic, string, string])[] = [
  ['reviews', mailTexts.waitingReviews, mailTexts.waitingReviewsText],
  ['endpoints', mailTexts.pausedEndpoints, mailTexts.pausedEndpointsText],
  ['alerts', mailTexts.alerts, mailTexts.alertsText],
  ['rules', mailTexts.secondPerson, mailTexts.secondPersonText],
];

/** What the operator is told of by mail in this tenant. */
export function MailScreen() {
  const { tenant, session, portal } = useScene();
  const queries = useQueryClient();
  const key = [tenant.tenantId, 'mail'] as const;
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => portal<MailChoice>('GET', '/mail', undefined, signal),
  });
  // What was chosen shows at once, until the last press has its answer.
  const [wanted, want] = useState<readonly Topic[]>();
  const choose = useMutation({
    // One after the other: a press while another is stored counts too.
    scope: { id: key.join() },
    mutationFn: (chosen: readonly Topic[]) => portal<MailChoice>('PATCH', '/mail', { topics: chosen }),
    onSuccess(saved) {
      queries.setQueryData(key, saved);
      tell(
        mailTexts.saved,
        saved.topics.length === 0 ? mailTexts.savedNone : fill(mailTexts.savedText, { email: session.email }),
      );
    },
    onError(failed) {
      tell(mailTexts.notSaved, wordsOf(failed), 'bad');
      void refetch();
    },
    onSettled(_saved, _failed, stored) {
      want((newest) => (newest === stored ? undefined : newest));
    },
  });
  const chosen: readonly Topic[] = wanted ?? data?.topics ?? [];
  const press = (topic: Topic, isChosen: boolean) => {
    const newest = isChosen ? [...chosen, topic] : chosen.filter((one) => one !== topic);
    want(newest);
    choose.mutate(newest);
  };
  return (
    <div className="Page">
      <PageHead title={mailTexts.heading} />
      <p className="Faint">{fill(mailTexts.text, { name: tenant.name, email: session.email })}</p>
      {error !== null && data === undefined ? (
        <Failure error={error} title={mailTexts.choiceNotLoaded} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton label={mailTexts.choiceLoading} lines={3} />
      ) : (
        <fieldset className="Choices">
          <legend>{mailTexts.tellMeOf}</legend>
          {topics.map(([topic, words, when]) => (
            <label key={topic} className="Check">
              <input
                type="checkbox"
                checked={chosen.includes(topic)}
                onChange={({ target }) => press(topic, target.checked)}
              />
              <span>
                {words}
                <small>{when}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
