import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import tlc2.value.impl.BoolValue;
import tlc2.value.impl.FcnRcdValue;
import tlc2.value.impl.IntValue;
import tlc2.value.impl.ModelValue;
import tlc2.value.impl.RecordValue;
import tlc2.value.impl.SetEnumValue;
import tlc2.value.impl.StringValue;
import tlc2.value.impl.TupleValue;
import tlc2.value.impl.Value;
import util.UniqueString;

/**
 * The peer of the benchmark: a trace as data for TLC, one JSON value a line.
 *
 * <p>An array is a tuple, an object a record, "$r1" the model value r1; {"$set": [...]} and
 * {"$fn": [[key, image], ...]} are what they say.
 */
public final class TraceData {
    private final String text;
    private int at;

    private TraceData(String text) {
        this.text = text;
    }

    public static Value TraceLoad(Value file) throws Exception {
        String name = ((StringValue) file).getVal().toString();
        List<Value> found = new ArrayList<>();
        for (String line : Files.readAllLines(Paths.get(name), StandardCharsets.UTF_8)) {
            found.add(new TraceData(line).value());
        }
        return new TupleValue(found.toArray(new Value[0]));
    }

    private Value value() {
        char first = text.charAt(at);
        if (first == '"') {
            String name = string();
            return name.startsWith("$")
                    ? ModelValue.make(name.substring(1))
                    : new StringValue(name);
        }
        if (first == '[') {
            return new TupleValue(items());
        }
        if (first == '{') {
            return object();
        }
        if (first == 't' || first == 'f') {
            at += first == 't' ? 4 : 5;
            return first == 't' ? BoolValue.ValTrue : BoolValue.ValFalse;
        }
        int from = at++;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        return IntValue.gen(Integer.parseInt(text.substring(from, at)));
    }

    private String string() {
        int from = ++at;
        at = text.indexOf('"', from) + 1;
        return text.substring(from, at - 1);
    }

    private Value[] items() {
        List<Value> found = new ArrayList<>();
        at++;
        while (text.charAt(at) != ']') {
            found.add(value());
            if (text.charAt(at) == ',') {
                at++;
            }
        }
        at++;
        return found.toArray(new Value[0]);
    }

    private Value object() {
        List<UniqueString> names = new ArrayList<>();
        List<Value> values = new ArrayList<>();
        at++;
        while (text.charAt(at) != '}') {
            String name = string();
            at++;
            if (name.equals("$set") || name.equals("$fn")) {
                Value[] items = items();
                at++;
                return name.equals("$set") ? new SetEnumValue(items, false) : function(items);
            }
            names.add(UniqueString.uniqueStringOf(name));
            values.add(value());
            if (text.charAt(at) == ',') {
                at++;
            }
        }
        at++;
        return new RecordValue(
                names.toArray(new UniqueString[0]), values.toArray(new Value[0]), false);
    }

    private static Value function(Value[] pairs) {
        Value[] domain = new Value[pairs.length];
        Value[] images = new Value[pairs.length];
        for (int n = 0; n < pairs.length; n++) {
            domain[n] = ((TupleValue) pairs[n]).elems[0];
            images[n] = ((TupleValue) pairs[n]).elems[1];
        }
        return new FcnRcdValue(domain, images, false);
    }
}
