import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { MailChoice } from '../api/types.ts';
import { wordsOf } from '../api/words-of.ts';
import { Failure, PageHead, Skeleton } from '../kit/parts.tsx';
import { tell } from '../kit/toasts.tsx';
import { useScene } from '../shell/tenant.tsx';

type Topic = MailChoice['topics'][number];

const topics: readonly (readonly [Topic, string, string])[] = [
  ['reviews', 'Waiting reviews', 'When one has begun to wait since the last mail, and at most once an hour'],
  ['endpoints', 'Paused endpoints', 'When an event endpoint gets nothing more, because it failed or was paused'],
  ['alerts', 'Alerts', 'When an alert is raised, and when it is over'],
  ['rules', 'Rules for a second person', 'When rules wait to be published, and what became of yours'],
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
      tell('Saved', saved.topics.length === 0 ? 'You get no mail of this tenant.' : `Mail goes to ${session.email}.`);
    },
    onError(failed) {
      tell('Not saved', wordsOf(failed), 'bad');
      void refetch();
    },
  });
  // What was chosen shows at once.
  const chosen: readonly Topic[] = (choose.isPending ? choose.variables : data?.topics) ?? [];
  return (
    <div className="Page">
      <PageHead title="Your mail" />
      <p className="Faint">
        What you are told of {tenant.name}, at {session.email}. Mails name no user.
      </p>
      {error !== null && data === undefined ? (
        <Failure error={error} what="Your choice" retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton what="Your choice is" lines={3} />
      ) : (
        <fieldset className="Choices">
          <legend>Tell me of</legend>
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
