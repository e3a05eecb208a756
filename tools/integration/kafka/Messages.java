import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Prints the id of every message that a broker has: `Messages HOST:PORT`. */
public class Messages {
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+:\\d+)\"");

  public static void main(String[] args) {
    Map<String, Object> settings = Map.of("bootstrap.servers", args[0], "max.poll.records", 5000);
    var text = new StringDeserializer();
    try (var consumer = new KafkaConsumer<>(settings, text, text)) {
      List<TopicPartition> all = consumer.listTopics().values().stream()
          .flatMap(List::stream)
          .map(each -> new TopicPartition(each.topic(), each.partition()))
          .collect(Collectors.toList());
      if (all.isEmpty()) return;
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      var printed = new StringBuilder();
      while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        for (var message : consumer.poll(Duration.ofSeconds(1))) {
          Matcher id = ID.matcher(message.value());
          if (id.find()) printed.append(id.group(1)).append('\n');
        }
        System.out.print(printed);
        printed.setLength(0);
      }
    }
  }
}
