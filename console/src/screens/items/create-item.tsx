export default function CreateItem() {
  return null;
}
