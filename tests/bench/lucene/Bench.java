// Rules and documents as services of Lucene Monitor, one thread: how many documents a second it matches, and with which rules.
//
//   java -cp 'target/libs/*' Bench.java RULES DOCUMENTS ANSWERS SECONDS
//
// RULES: a line each, its id and a query in prefix notation, all parted by tabs. DOCUMENTS: a line each, its title, its
// other text with a bar between fields, and its marks, parted by tabs. Words are folded already. ANSWERS: written, a
// line of rule ids per document. Prints processor microseconds of the matching thread per document, for each way to ask.

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultiMatchingQueries;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.queries.intervals.IntervalQuery;
import org.apache.lucene.queries.intervals.Intervals;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

public class Bench {
    static final int BATCH = 50;

    public static void main(String[] args) throws IOException {
        List<String> rules = Files.readAllLines(Path.of(args[0]));
        List<String> lines = Files.readAllLines(Path.of(args[1]));
        double seconds = Double.parseDouble(args[3]);
        boolean first = true;
        for (Presearcher way : List.of(new TermFilteredPresearcher(), new MultipassTermFilteredPresearcher(2))) {
            try (Monitor monitor = new Monitor(new Words(), way, new MonitorConfiguration())) {
                register(monitor, rules);
                if (first) {
                    answers(monitor, lines, Path.of(args[2]));
                }
                first = false;
                String name = way.getClass().getSimpleName();
                System.out.printf("%s, one by one\t%.1f%n", name, best(seconds, lines, () -> single(monitor, lines)));
                System.out.printf("%s, %d at a time\t%.1f%n", name, BATCH, best(seconds, lines, () -> batches(monitor, lines)));
            }
        }
    }

    interface Pass {
        void run() throws IOException;
    }

    /** Repeats for so many seconds, so that the code is compiled, and at least three times: the best is what counts. */
    static double best(double seconds, List<String> lines, Pass pass) throws IOException {
        var threads = ManagementFactory.getThreadMXBean();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        double best = Double.MAX_VALUE;
        for (int times = 0; times < 3 || System.nanoTime() < end; times++) {
            long begun = threads.getCurrentThreadCpuTime();
            pass.run();
            best = Math.min(best, (threads.getCurrentThreadCpuTime() - begun) / 1e3 / lines.size());
        }
        return best;
    }

    static void single(Monitor monitor, List<String> lines) throws IOException {
        for (String line : lines) {
            monitor.match(document(line), QueryMatch.SIMPLE_MATCHER).getMatches();
        }
    }

    static void batches(Monitor monitor, List<String> lines) throws IOException {
        for (int at = 0; at < lines.size(); at += BATCH) {
            List<String> some = lines.subList(at, Math.min(lines.size(), at + BATCH));
            Document[] documents = some.stream().map(Bench::document).toArray(Document[]::new);
            MultiMatchingQueries<QueryMatch> found = monitor.match(documents, QueryMatch.SIMPLE_MATCHER);
            for (int number = 0; number < documents.length; number++) {
                found.getMatches(number);
            }
        }
    }

    static void answers(Monitor monitor, List<String> lines, Path path) throws IOException {
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(path))) {
            for (String line : lines) {
                MatchingQueries<QueryMatch> found = monitor.match(document(line), QueryMatch.SIMPLE_MATCHER);
                TreeSet<String> ids = new TreeSet<>();
                found.getMatches().forEach(match -> ids.add(match.getQueryId()));
                out.println(String.join(" ", ids));
            }
        }
    }

    static void register(Monitor monitor, List<String> rules) throws IOException {
        List<MonitorQuery> queries = new ArrayList<>();
        for (String rule : rules) {
            Deque<String> parts = new ArrayDeque<>(Arrays.asList(rule.split("\t")));
            queries.add(new MonitorQuery(parts.pop(), query(parts)));
        }
        monitor.register(queries);
    }

    static Query query(Deque<String> parts) {
        String sort = parts.pop();
        switch (sort) {
            case "and", "or":
                BooleanQuery.Builder all = new BooleanQuery.Builder();
                for (int count = Integer.parseInt(parts.pop()); count > 0; count--) {
                    if (parts.peek().equals("not")) {
                        parts.pop();
                        all.add(query(parts), Occur.MUST_NOT);
                    } else {
                        all.add(query(parts), sort.equals("and") ? Occur.MUST : Occur.SHOULD);
                    }
                }
                return all.build();
            case "mark":
                return new TermQuery(new Term("mark", parts.pop()));
            case "prefix":
                return new PrefixQuery(new Term("text", parts.pop()));
            case "near":
                int gaps = Integer.parseInt(parts.pop()) - 1;
                var both = Intervals.unordered(Intervals.term(parts.pop()), Intervals.term(parts.pop()));
                return new IntervalQuery("text", Intervals.maxgaps(gaps, both));
            default: // title or text, how many words, and the words
                int count = Integer.parseInt(parts.pop());
                if (count == 1) {
                    return new TermQuery(new Term(sort, parts.pop()));
                }
                PhraseQuery.Builder phrase = new PhraseQuery.Builder();
                for (; count > 0; count--) {
                    phrase.add(new Term(sort, parts.pop()));
                }
                return phrase.build();
        }
    }

    static Document document(String line) {
        String[] parts = line.split("\t");
        Document document = new Document();
        document.add(new TextField("title", parts[0], Field.Store.NO));
        document.add(new TextField("text", parts[0], Field.Store.NO));
        for (String part : parts[1].split("\\|")) {
            document.add(new TextField("text", part, Field.Store.NO));
        }
        for (int at = 2; at < parts.length; at++) {
            document.add(new StringField("mark", parts[at], Field.Store.NO));
        }
        return document;
    }

    /** Words parted by space, as they are; a gap between fields, so that nothing crosses it. */
    static class Words extends Analyzer {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            return new TokenStreamComponents(new WhitespaceTokenizer());
        }

        @Override
        public int getPositionIncrementGap(String field) {
            return 1000;
        }
    }
}
