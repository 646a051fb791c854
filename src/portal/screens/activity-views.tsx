/** Filters under a name. The usual ones stand there at once; one's own are kept by the browser. */
import { commonTexts } from '#portal-texts/kit.ts';
import { activityViewsTexts } from '#portal-texts/activity.ts';
import { fill } from '../kit/fill.ts';
import { Link, useNavigate } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { useRef, useState, useSyncExternalStore } from 'react';
import { Labelled } from '../kit/fields.tsx';
import { Modal } from '../kit/modal.tsx';
import { Button } from '../kit/parts.tsx';
import { readStored, store } from '../kit/stored.ts';
import { useScene } from '../shell/tenant.tsx';
import type { ActivityFilter } from './activity-filter.ts';

interface View {
  readonly name: string;
  readonly filter: ActivityFilter;
}

const usual: readonly View[] = [
  { name: activityViewsTexts.all, filter: {} },
  { name: activityViewsTexts.waitingForReview, filter: { state: 'REVIEW_REQUIRED' } },
  { name: activityViewsTexts.blocked, filter: { state: 'BLOCK' } },
  { name: activityViewsTexts.failedChallenges, filter: { state: 'CHALLENGE_FAILED' } },
  { name: activityViewsTexts.openChallenges, filter: { state: 'CHALLENGE_REQUIRED' } },
];
const viewsMax = 20;

const listeners = new Set<() => void>();
let cached: { readonly key: string; readonly text: string; readonly views: readonly View[] } | undefined;

function kept(key: string): readonly View[] {
  const stored = readStored(key);
  const text = JSON.stringify(stored);
  if (cached?.key === key && cached.text === text) return cached.views;
  const views = Array.isArray(stored)
    ? stored.filter(
        (view: Partial<View> | null): view is View =>
          typeof view?.name === 'string' && typeof view.filter === 'object' && view.filter !== null,
      )
    : [];
  cached = { key, text, views };
  return views;
}

function useViews(): readonly [readonly View[], (views: readonly View[]) => void] {
  const { tenantId } = useScene().tenant;
  const key = `views.${tenantId}`;
  const views = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => kept(key),
  );
  return [
    views,
    (changed) => {
      store(key, changed);
      for (const listener of listeners) listener();
    },
  ];
}

const same = (left: ActivityFilter, right: ActivityFilter) => {
  const sorted = (filter: ActivityFilter) => JSON.stringify(Object.entries(filter).sort());
  return sorted(left) === sorted(right);
};

export function Views({ filter }: { readonly filter: ActivityFilter }) {
  const { tenantId } = useScene().tenant;
  const [own, setOwn] = useViews();
  return (
    <nav className="Views" aria-label={activityViewsTexts.views}>
      {[...usual, ...own].map((view, at) => (
        <span key={`${at} ${view.name}`} className="View" data-here={same(view.filter, filter)}>
          <Link
            to="/t/$tenantId/activity"
            params={{ tenantId }}
            search={view.filter}
            aria-current={same(view.filter, filter) ? 'true' : undefined}
            activeOptions={{ exact: true }}
            activeProps={{}}
          >
            {view.name}
          </Link>
          {own.includes(view) ? (
            <button
              type="button"
              aria-label={fill(activityViewsTexts.forgetView, { name: view.name })}
              onClick={() => setOwn(own.filter((one) => one !== view))}
            >
              <X size={12} aria-hidden />
            </button>
          ) : null}
        </span>
      ))}
    </nav>
  );
}

export function SaveView({
  isOpen,
  close,
  filter,
}: {
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly filter: ActivityFilter;
}) {
  const { tenantId } = useScene().tenant;
  const navigate = useNavigate();
  const [own, setOwn] = useViews();
  const [name, setName] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const isFull = own.length >= viewsMax;
  return (
    <Modal
      isOpen={isOpen}
      close={close}
      title={activityViewsTexts.saveTitle}
      text={activityViewsTexts.saveText}
      initialFocus={field}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const named = name.trim();
          if (named === '' || isFull) return;
          setOwn([...own.filter((view) => view.name !== named), { name: named, filter }]);
          setName('');
          close();
          void navigate({ to: '/t/$tenantId/activity', params: { tenantId }, search: filter });
        }}
      >
        <Labelled label={activityViewsTexts.nameLabel} {...(isFull ? { note: activityViewsTexts.fullNote } : {})}>
          {(ids) => (
            <input
              {...ids}
              ref={field}
              className="Input"
              maxLength={40}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="off"
            />
          )}
        </Labelled>
        <div className="ModalEnd">
          <Button look="quiet" onClick={close}>
            {commonTexts.cancel}
          </Button>
          <Button look="main" type="submit">
            {commonTexts.save}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
