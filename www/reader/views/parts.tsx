/** The small parts that views are made of. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../language/index.js';
import icons from './icons.json' with { type: 'json' };

export type IconName = keyof typeof icons;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={icons[name]} />
    </svg>
  );
}

interface ButtonProps {
  icon: IconName;
  label: string;
  onClick: () => void;
  keys?: string;
  disabled?: boolean;
  pressed?: boolean;
  class?: string;
  id?: string;
}

/** A button of an icon; its name is for screen readers and for those who rest on it. */
export function IconButton({
  icon,
  label,
  onClick,
  keys,
  disabled = false,
  pressed,
  id,
  class: name = '',
}: ButtonProps) {
  return (
    <button
      type="button"
      id={id}
      class={`icon-button ${name}`}
      aria-label={label}
      title={keys ? `${label} (${keys})` : label}
      aria-pressed={pressed}
      aria-keyshortcuts={keys}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** `sheet`: from below on a phone, beside the text on a desk. */
  kind?: 'sheet' | 'side';
  id?: string;
}

export function Dialog({ title, onClose, children, kind = 'sheet', id }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    if (current && !current.open) current.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      id={id}
      class={kind}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        // A click beside the dialog hits the dialog itself.
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>{title}</h2>
          <IconButton icon="close" label={t('action.close')} onClick={() => dialog.current?.close()} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  format: (value: number) => string;
  onChange: (value: number) => void;
  disabled?: boolean;
  hint?: string;
  id?: string;
}

export function Slider({ label, value, min, max, step, format, onChange, disabled = false, hint, id }: SliderProps) {
  return (
    <label class="slider" title={hint}>
      <span>{label}</span>
      <input
        type="range"
        id={id}
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        aria-valuetext={format(value)}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <span class="slider-value" aria-hidden="true">
        {format(value)}
      </span>
    </label>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  choices: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
  id?: string;
}

export function Choice<Value extends string>({ label, value, choices, onChange, id }: ChoiceProps<Value>) {
  const name = id ?? label;
  return (
    <fieldset class="choice" id={id}>
      <legend>{label}</legend>
      {choices.map(([choice, words]) => (
        <label key={choice}>
          <input type="radio" name={name} value={choice} checked={choice === value} onChange={() => onChange(choice)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Switch({
  label,
  checked,
  onChange,
  hint,
  id,
}: {
  label: string;
  checked: boolean;
  onChange: (on: boolean) => void;
  hint?: string;
  id?: string;
}) {
  return (
    <label class="switch">
      <span>
        {label}
        {hint && <small>{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        id={id}
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

export function Progress({ label, value }: { label: string; value: number }) {
  return (
    <progress class="progress" aria-label={label} max={1} value={value}>
      {Math.round(value * 100)}%
    </progress>
  );
}
