import { useState } from 'react';
import type { RuleSet } from '../../api/types.ts';
import { wordsOf } from '../../api/words-of.ts';
import { Button, Notice, Time } from '../../kit/parts.tsx';
import { useScene } from '../../shell/tenant.tsx';
import { Differences } from './differences.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import type { RuleSetTools } from './use-rule-set.ts';

/** What the draft would change, and what can be done with it. */
export function DraftBar({
  ruleSet,
  tools: { save, discard },
  tools,
  tryOut,
}: {
  readonly ruleSet: RuleSet;
  readonly tools: RuleSetTools;
  readonly tryOut: () => void;
}) {
  const mayChange = useScene().may('configuration:change');
  const [isPublishing, setPublishing] = useState(false);
  const { draft, live } = ruleSet;
  if (draft === undefined) return null;
  return (
    <section className="DraftBar" aria-label="Draft" data-tone={draft.isBehind ? 'bad' : 'wait'}>
      <div className="DraftTop">
        <p>
          <strong>
            {draft.isBehind ? 'The live rules have changed since this draft began' : 'Draft, not published'}
          </strong>{' '}
          <span className="Faint">
            changed <Time at={draft.changedAt} isRelative /> by {draft.changedBy}
          </span>
        </p>
        <span className="Row">
          <Button onClick={tryOut}>Try it out</Button>
          {mayChange ? (
            <>
              <Button isBusy={discard.isPending} onClick={() => discard.mutate(draft.revision)}>
                Discard
              </Button>
              {draft.isBehind ? (
                <Button
                  look="main"
                  isBusy={save.isPending}
                  onClick={() => save.mutate({ seen: ruleSet, wanted: draft, onto: live.version })}
                >
                  Keep it for version {live.version}
                </Button>
              ) : (
                <Button look="main" onClick={() => setPublishing(true)}>
                  Publish…
                </Button>
              )}
            </>
          ) : null}
        </span>
      </div>
      {draft.isBehind ? (
        <p>
          The draft was made for version {draft.baseVersion}; version {live.version} is live. Published as it is, the
          draft would change this of version {live.version}:
        </p>
      ) : null}
      <Differences of={draft.changes} />
      {save.error !== null && draft.isBehind ? <Notice tone="bad">{wordsOf(save.error)}</Notice> : null}
      {isPublishing ? (
        <PublishDialog ruleSet={ruleSet} draft={draft} tools={tools} close={() => setPublishing(false)} />
      ) : null}
    </section>
  );
}
