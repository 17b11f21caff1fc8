export default function EditItem() {
  return null;
}
