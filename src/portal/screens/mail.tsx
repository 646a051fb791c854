import { mailTexts } from '#portal-texts/mail.ts';
import { fill } from '../kit/fill.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
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
  const choose = useMutation({
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
  });
  // What was chosen shows at once.
  const chosen: readonly Topic[] = (choose.isPending ? choose.variables : data?.topics) ?? [];
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
                onChange={({ target }) =>
                  choose.isPending
                    ? undefined
                    : choose.mutate(target.checked ? [...chosen, topic] : chosen.filter((one) => one !== topic))
                }
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
