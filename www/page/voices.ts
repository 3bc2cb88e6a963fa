/** The list of voices: the one that comes with the page, and those that people have put there. */
import { listVoices, removeVoice } from 'langdu';

export const BUNDLED = 'xiaolang';

export interface VoicesHandlers {
  /** A voice of the list shall speak. */
  choose(name: string): void;
  /** Somebody has a voice pack: one zip archive, or the files of a folder. */
  bring(pack: File[]): void;
  failed(error: unknown): void;
}

export class Voices {
  constructor(
    private readonly list: HTMLElement,
    input: HTMLInputElement,
    private readonly handlers: VoicesHandlers,
  ) {
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      input.value = '';
      if (files.length > 0) handlers.bring(files);
    });
    document.addEventListener('dragover', (event) => {
      if (carriesFiles(event)) event.preventDefault();
    });
    document.addEventListener('drop', (event) => {
      if (!event.dataTransfer || !carriesFiles(event)) return;
      event.preventDefault();
      filesOf(event.dataTransfer).then(handlers.bring, handlers.failed);
    });
  }

  /** Brings the list up to date; `current` is the voice that speaks. */
  async show(current: string): Promise<void> {
    const kept = await listVoices();
    const others = kept.filter((name) => name !== BUNDLED);
    const items = [BUNDLED, ...others].map((name) => this.item(name, current, kept.includes(name)));
    this.list.replaceChildren(...items);
  }

  private item(name: string, current: string, removable: boolean): HTMLLIElement {
    const choose = button(name, () => this.handlers.choose(name));
    choose.setAttribute('aria-pressed', String(name === current));
    const item = document.createElement('li');
    item.className = 'shelf-item';
    item.append(choose);
    if (removable) {
      const remove = button('✕', () => {
        removeVoice(name)
          .then(() => (name === current ? this.handlers.choose(BUNDLED) : this.show(current)))
          .catch(this.handlers.failed);
      });
      remove.setAttribute('aria-label', `删除 ${name}`);
      item.append(remove);
    }
    return item;
  }
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'shelf-button';
  button.textContent = label;
  button.addEventListener('click', onClick);
  return button;
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/** The files dropped, or those in the folder dropped. */
async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const files = [...transfer.files];
  const folder = entries.find((entry) => entry?.isDirectory) as FileSystemDirectoryEntry | undefined;
  if (!folder) return files;
  const reader = folder.createReader();
  const inside: File[] = [];
  for (;;) {
    // A browser hands out a folder's entries a hundred at a time.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return inside;
    for (const entry of batch) {
      if (entry.isFile)
        inside.push(await new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    }
  }
}
