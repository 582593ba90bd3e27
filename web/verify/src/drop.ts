// What was dropped on the page: files, and files in directories.

/** Named is a file with its path below what was dropped or chosen. */
export interface Named {
  readonly path: string;
  readonly file: File;
}

/** Item is what browsers add to DataTransferItem. */
interface Item extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/** dropped are the files that were dropped, with those in directories. In a page that
 * was opened from disk Chromium does not let the entries of a drop be read, but it has
 * handles; other browsers have entries only. All of it must be asked for at once. */
export async function dropped(data: DataTransfer | null): Promise<Named[]> {
  const items = [...(data?.items ?? [])].filter((i) => i.kind === "file").map(take);
  return (await Promise.all(items)).flat();
}

function take(item: Item): Promise<Named[]> {
  const entry = item.webkitGetAsEntry();
  const file = item.getAsFile();
  if (!entry?.isDirectory) return Promise.resolve(file ? [{ path: file.name, file }] : []);
  const handle = item.getAsFileSystemHandle?.();
  return handle ? handle.then((h) => (h ? belowHandle(h, "") : [])) : belowEntry(entry, "");
}

async function belowHandle(handle: FileSystemHandle, path: string): Promise<Named[]> {
  const name = path + handle.name;
  if (handle.kind === "file") return [{ path: name, file: await (handle as FileSystemFileHandle).getFile() }];
  const out: Named[] = [];
  for await (const h of (handle as FileSystemDirectoryHandle).values()) out.push(...(await belowHandle(h, `${name}/`)));
  return out;
}

async function belowEntry(entry: FileSystemEntry, path: string): Promise<Named[]> {
  const name = path + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path: name, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const out: Named[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return out;
    for (const e of some) out.push(...(await belowEntry(e, `${name}/`)));
  }
}
