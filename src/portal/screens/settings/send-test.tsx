import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { CallError } from '../../api/call.ts';
import type { TestMessagePlan, TestMessageResult } from '../../api/types.ts';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Failure, Notice, Skeleton, Tag } from '../../kit/parts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { methodWords, spaced } from '../../kit/words.ts';
import { useScene } from '../../shell/tenant.tsx';

const outcomes = {
  taken: { tone: 'good', words: 'Taken by the provider' },
  accepted: { tone: 'good', words: 'Credentials accepted' },
  refused: { tone: 'bad', words: 'Not sent' },
  unknown: { tone: 'wait', words: 'No answer' },
} as const;

/** Sends a message as users get it, with what is saved. */
export function SendTest({ method }: { readonly method: string }) {
  const { tenant, session, portal, may } = useScene();
  const [to, setTo] = useState<string>();
  const plan = useQuery({
    queryKey: [tenant.tenantId, 'method', method, 'test'],
    queryFn: ({ signal }) => portal<TestMessagePlan>('GET', `/test-messages/${method}`, undefined, signal),
  });
  const [result, setResult] = useState<TestMessageResult>();
  const sending = useChange(async (body: object) => {
    setResult(undefined);
    try {
      return await portal<TestMessageResult>('POST', '/test-messages', { verificationMethod: method, ...body });
    } catch (error) {
      // The limit is of these messages: the server says which.
      throw error instanceof CallError && error.code === 'too_many_requests'
        ? new CallError('invalid_request', error.status, error.message)
        : error;
    }
  }, setResult);
  if (plan.data === undefined) {
    return (
      <section className="Card" aria-label="Send a test">
        <h2>Send a test</h2>
        {plan.error === null ? (
          <Skeleton lines={3} what="The test is" />
        ) : (
          <Failure error={plan.error} what="The test" retry={() => void plan.refetch()} />
        )}
      </section>
    );
  }
  const { sentTo, providers, missing } = plan.data;
  const isMail = sentTo === 'email';
  const given = to ?? (isMail ? session.email : '');
  const isFixed = !may('messages:test');
  return (
    <section className="Card" aria-label="Send a test">
      <h2>Send a test</h2>
      {missing !== undefined ? (
        <Notice tone="wait">{missing}</Notice>
      ) : isFixed ? (
        <p className="Note">Admins and editors send test messages.</p>
      ) : (
        <form
          className="Form"
          aria-label={`Test of ${methodWords(method)}`}
          onSubmit={(event) => {
            event.preventDefault();
            sending.start(sentTo === 'nobody' ? {} : { [sentTo]: given.trim() });
          }}
        >
          <p className="Note">
            {sentTo === 'nobody'
              ? 'Push messages go to phones that users enrol. This asks the service about a phone that does not exist: whether it accepts the credentials, not whether messages arrive.'
              : 'As users get it, with what is saved, and a code or link that opens nothing.'}{' '}
            It goes by {providers.map(spaced).join(', then ')}.
          </p>
          {sentTo === 'nobody' ? null : (
            <Labelled
              label={isMail ? 'Email address' : 'Phone number'}
              {...(isMail ? {} : { note: 'With + and the country, such as +6427123456.' })}
            >
              {(ids) => (
                <input
                  {...ids}
                  className="Input"
                  type={isMail ? 'email' : 'tel'}
                  required
                  maxLength={320}
                  autoComplete="off"
                  value={given}
                  onChange={(event) => setTo(event.target.value)}
                />
              )}
            </Labelled>
          )}
          <div>
            <Button type="submit" isBusy={sending.isBusy}>
              {sentTo === 'nobody' ? 'Ask the service' : 'Send the test'}
            </Button>
          </div>
        </form>
      )}
      <div role="alert">{sending.problem === undefined ? null : <Notice tone="bad">{sending.problem}</Notice>}</div>
      <div role="status">
        {result === undefined ? null : (
          <div className="Above">
            <Tag tone={outcomes[result.outcome].tone}>{outcomes[result.outcome].words}</Tag>
            <p>{result.description}</p>
            {result.heard.map((words, at) => (
              <p key={at} className="Note">
                {words}
              </p>
            ))}
            {result.messageId === undefined ? null : <p className="Note">Its id there: {result.messageId}</p>}
          </div>
        )}
      </div>
    </section>
  );
}
