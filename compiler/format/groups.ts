/** Values by a key that several of them may have. */
export class Groups<Key, Value> extends Map<Key, Value[]> {
  add(key: Key, value: Value): void {
    const group = this.get(key);
    if (group) group.push(value);
    else this.set(key, [value]);
  }
}
