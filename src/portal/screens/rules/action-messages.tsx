import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import type { ActionConfiguration, MessageCatalogue, Vocabulary } from '../../api/types.ts';
import { ChangedNotice } from '../../kit/changed-meanwhile.tsx';
import { Labelled } from '../../kit/fields.tsx';
import { Button, Empty, Failure, Notice, Skeleton } from '../../kit/parts.tsx';
import { tell } from '../../kit/toasts.tsx';
import { useChange } from '../../kit/use-change.ts';
import { sameText, useGuard } from '../../kit/use-guard.ts';
import { useScene } from '../../shell/tenant.tsx';
import { actionConfigurationKey, actionConfigurationPath, useVocabulary } from './use-rule-set.ts';

type Templates = NonNullable<ActionConfiguration['messagingTemplates']>;

const charactersMax = 1000;
const languages = new Intl.DisplayNames('en', { type: 'language' });

/** What users confirm, in the tenant's words: pages, mails and texts say it. */
export function ActionMessages({ actionCode }: { readonly actionCode: string }) {
  const { tenant, manage } = useScene();
  const path = actionConfigurationPath(actionCode);
  const configuration = useQuery({
    queryKey: actionConfigurationKey(tenant.tenantId, actionCode),
    queryFn: () => manage<ActionConfiguration>('GET', path),
  });
  const catalogue = useQuery({
    queryKey: [tenant.tenantId, 'message-catalogue'],
    queryFn: () => manage<MessageCatalogue>('GET', '/message-overrides/catalog'),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: vocabulary } = useVocabulary();
  const error = configuration.error ?? catalogue.error;
  if (configuration.data !== undefined && catalogue.data !== undefined) {
    return (
      <Form
        actionCode={actionCode}
        opened={configuration.data.messagingTemplates ?? {}}
        spoken={Object.keys(catalogue.data.points[0]?.defaultCopy ?? { en: '' })}
        dataPoints={vocabulary?.dataPoints ?? []}
      />
    );
  }
  if (error === null) return <Skeleton what="The messages are" />;
  return (
    <Failure
      error={error}
      what="The messages"
      retry={() => {
        void configuration.refetch();
        void catalogue.refetch();
      }}
    />
  );
}

function Form({
  actionCode,
  opened,
  spoken,
  dataPoints,
}: {
  readonly actionCode: string;
  readonly opened: Templates;
  /** The languages of the pages. */
  readonly spoken: readonly string[];
  readonly dataPoints: Vocabulary['dataPoints'];
}) {
  const { tenant, manage, may } = useScene();
  const { tenantId } = tenant;
  const queries = useQueryClient();
  const path = actionConfigurationPath(actionCode);
  const [held, setHeld] = useState(opened);
  const guard = useGuard(
    opened,
    async () => (await manage<ActionConfiguration>('GET', path)).messagingTemplates ?? ({} as Templates),
  );
  const begin = (again: Templates) => {
    guard.begin(again);
    setHeld(again);
  };
  const save = useChange(
    async () => {
      await guard.requireUnchanged();
      return manage<ActionConfiguration>('PATCH', path, {
        messagingTemplates: Object.keys(held).length === 0 ? null : held,
      });
    },
    (saved) => {
      begin(saved.messagingTemplates ?? {});
      queries.setQueryData(actionConfigurationKey(tenantId, actionCode), saved);
      tell('Messages saved', 'Users read them from now on.');
    },
  );
  const isFixed = !may('configuration:change');
  const tags = Object.keys(held).sort();
  const others = spoken.filter((tag) => held[tag] === undefined);
  const problem = tags.map((tag) => problemOf(tag, held[tag]?.defaultTemplate ?? '')).find((one) => one !== undefined);
  const set = (tag: string, text: string) => setHeld({ ...held, [tag]: { defaultTemplate: text } });
  const all = [...new Set([...Object.keys(guard.base), ...tags])];
  return (
    <form
      className="Card RuleForm"
      aria-label="Messages"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isFixed && problem === undefined) save.start(undefined);
      }}
    >
      <h2>What users confirm</h2>
      <p className="Faint">
        Pages show it during a challenge, and mails and texts with a code or link have it, in the language of the user
        or else in English. All other words, subjects too, are the same for every action.
      </p>
      <Link className="More" to="/t/$tenantId/settings/messages" params={{ tenantId }}>
        Words of the pages
      </Link>
      {guard.theirs === undefined ? null : (
        <ChangedNotice
          takeTheirs={() => begin(guard.base)}
          differences={all
            .filter((tag) => guard.base[tag]?.defaultTemplate !== held[tag]?.defaultTemplate)
            .map((tag) => ({
              name: nameOf(tag),
              theirs: guard.base[tag]?.defaultTemplate ?? 'None',
              mine: held[tag]?.defaultTemplate ?? 'None',
            }))}
        />
      )}
      {tags.length === 0 ? (
        <Empty title="No message">
          <p>Users see the name of the action, and its code as words. A message can say the amount, or who is paid.</p>
        </Empty>
      ) : (
        tags.map((tag) => (
          <Message
            key={tag}
            tag={tag}
            text={held[tag]?.defaultTemplate ?? ''}
            change={(text) => set(tag, text)}
            remove={() => setHeld(Object.fromEntries(Object.entries(held).filter(([one]) => one !== tag)))}
            dataPoints={dataPoints}
            isFixed={isFixed}
          />
        ))
      )}
      {isFixed || others.length === 0 ? null : (
        <select
          className="Field Select"
          aria-label="Add a language"
          value=""
          onChange={(event) => set(event.target.value, '')}
        >
          <option value="">Add a language…</option>
          {others.map((tag) => (
            <option key={tag} value={tag}>
              {nameOf(tag)}
            </option>
          ))}
        </select>
      )}
      {held['en'] !== undefined || tags.length === 0 ? null : (
        <p className="Faint">Without an English one, users of other languages read no message.</p>
      )}
      <div role="alert">
        {(save.problem ?? problem) === undefined ? null : <Notice tone="bad">{save.problem ?? problem}</Notice>}
      </div>
      {isFixed || sameText(held) === sameText(guard.base) ? null : (
        <div className="ModalEnd">
          <Button look="quiet" onClick={() => begin(guard.base)}>
            Discard
          </Button>
          <Button look="main" type="submit" isBusy={save.isBusy} aria-disabled={problem !== undefined}>
            Save the messages
          </Button>
        </div>
      )}
    </form>
  );
}

function Message({
  tag,
  text,
  change,
  remove,
  dataPoints,
  isFixed,
}: {
  readonly tag: string;
  readonly text: string;
  readonly change: (text: string) => void;
  readonly remove: () => void;
  readonly dataPoints: Vocabulary['dataPoints'];
  readonly isFixed: boolean;
}) {
  const field = useRef<HTMLTextAreaElement>(null);
  const name = nameOf(tag);
  const insert = (placeholder: string) => {
    const at = field.current?.selectionStart ?? text.length;
    const end = field.current?.selectionEnd ?? at;
    change(`${text.slice(0, at)}${placeholder}${text.slice(end)}`);
    field.current?.focus();
  };
  return (
    <div className="ActionMessage">
      <Labelled
        label={name}
        note={
          <>
            <code>{'{{action.name}}'}</code> and <code>{'{{user.name}}'}</code> stand for members of <code>custom</code>
            . If one is missing, users see no message. {text.length} / {charactersMax}
          </>
        }
      >
        {(ids) => (
          <textarea
            {...ids}
            ref={field}
            className="Input"
            lang={tag}
            rows={3}
            readOnly={isFixed}
            placeholder="You are sending {{action.amount}} to {{action.payee}}."
            value={text}
            onChange={(event) => change(event.target.value)}
          />
        )}
      </Labelled>
      {isFixed ? null : (
        <div className="Row">
          {dataPoints.length === 0 ? null : (
            <select
              className="Field Select"
              aria-label={`Insert a data point into ${name}`}
              value=""
              onChange={(event) => insert(event.target.value)}
            >
              <option value="">Insert a data point…</option>
              {dataPoints.map((point) => {
                const placeholder = `{{${point.modelType}.${point.name}}}`;
                return (
                  <option key={placeholder} value={placeholder}>
                    {placeholder}
                  </option>
                );
              })}
            </select>
          )}
          <Button look="quiet" aria-label={`Remove ${name}`} onClick={remove}>
            <Trash2 size={14} aria-hidden />
            Remove
          </Button>
        </div>
      )}
    </div>
  );
}

function nameOf(tag: string): string {
  try {
    return languages.of(tag.replaceAll('_', '-')) ?? tag;
  } catch {
    return tag;
  }
}

/** What the server would refuse, in words. It has the last word. */
function problemOf(tag: string, text: string): string | undefined {
  if (text.trim() === '') return `${nameOf(tag)}: write the message, or remove it.`;
  if (text.length > charactersMax) return `${nameOf(tag)}: ${text.length - charactersMax} characters too many.`;
  const rest = text.replace(/\{\{\s*(?:action|user)\.[^{}.]{1,64}\}\}/g, '');
  return /\{\{|\}\}/.test(rest)
    ? `${nameOf(tag)}: placeholders are written {{action.name}} or {{user.name}}.`
    : undefined;
}
